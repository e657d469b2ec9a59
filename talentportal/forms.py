from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draw forms with templates/django/forms/: error summary, then each field with its label, help and error."""
