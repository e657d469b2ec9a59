from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draw fields with the portal's own field group."""
