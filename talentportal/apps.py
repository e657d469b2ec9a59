from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class TalentportalConfig(AppConfig):
    name = "talentportal"


class PortalAdminConfig(AdminConfig):
    default_site = "talentportal.admin.PortalAdminSite"
