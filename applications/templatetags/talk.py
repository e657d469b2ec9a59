"""Words on a case, for pages that show them beside other things: `{% load talk %}`."""

from django import template

from accounts.models import Role
from accounts.permissions import roles_in
from applications import conversation
from applications.conversation_forms import NoteForm, OfficeMessageForm
from applications.services.clocks import calendar_of
from jobs import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def office_talk(context, case) -> conversation.Talk:
    """Return the messages and notes of a case as the office sees them, with `form` and `note_form` to write new ones.

    A form that the page's view holds already (`message_form`, `note_form`) is taken as it is. `?phrase=3` puts a
    ready phrase into the message.
    """
    request = context["request"]
    talk = conversation.Talk(case, request.user, clock.now(), by_office=True)
    asked = request.GET.get("phrase", "")
    text = next((words for phrase, words in talk.phrases if str(phrase.pk) == asked), "")
    talk.form = context.get("message_form") or OfficeMessageForm(
        calendar=calendar_of(case), today=talk.today, initial={"text": text}, auto_id="talk_%s"
    )
    talk.note_form = context.get("note_form") or NoteForm(auto_id="talk_%s")
    return talk


@register.simple_tag(takes_context=True)
def own_talk(context, case) -> conversation.Talk:
    """Return the messages of a case as its applicant sees them."""
    return conversation.Talk(case, context["request"].user, clock.now(), by_office=False)


@register.simple_tag(takes_context=True)
def awaited_answers(context) -> list:
    """Return the questions of offices that wait for an answer of this person, the nearest day first."""
    return list(conversation.awaited_of(context["request"].user)[:5])


@register.simple_tag(takes_context=True)
def is_clerk(context) -> bool:
    """Tell whether this person works at a window today."""
    return Role.CLERK in roles_in(context["request"])


@register.simple_tag(takes_context=True)
def ready_cures(context) -> dict:
    """Return defect -> list of ready cures, from the phrases of this member of staff and the offices."""
    return conversation.ready_cures(context["request"].user, clock.today())
