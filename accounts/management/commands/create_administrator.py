"""Create the first administrator of a new deployment."""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import IntegrityError

from accounts.models import User


class Command(BaseCommand):
    help = "Create an administrator who may do everything. Asks for the e-mail address, the name and the password."

    def handle(self, *args, **options):
        """Ask, check and create; the password is neither an argument nor shown."""
        try:
            email = input("E-mail: ").strip()
            name = input("Name: ").strip()
            password = getpass.getpass("Password: ")
            repeated = getpass.getpass("Password again: ")
            validate_email(email)
            validate_password(password, User(email=email, name=name))
        except (EOFError, KeyboardInterrupt) as error:
            raise CommandError("Nothing was created.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if password != repeated:
            raise CommandError("The two passwords differ.")
        try:
            User.objects.create_superuser(email, password=password, name=name)
        except IntegrityError as error:
            raise CommandError("This e-mail address is taken.") from error
        self.stdout.write("Created. Set up a second factor at the first sign-in.")
