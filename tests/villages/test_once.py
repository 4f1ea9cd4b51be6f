"""What a page has for everybody is written once in each language, and holds nothing of anybody."""

import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.urls import set_script_prefix
from django.utils import translation

LOAD = "{% load i18n once static looks %}"


def written(content: str, **context: object) -> str:
    return engines["django"].from_string(f"{LOAD}{{% once %}}{content}{{% endonce %}}").render(context)


@pytest.mark.parametrize(
    "content",
    [
        "{{ user }}", "{% if user %}x{% endif %}", "{% translate user %}", "{% translate 'Menu' as user %}",
        "{% url 'home' as user %}", "{% url user %}", "{% url 'opinion' number %}", "{% static path %}",
        "{% translate 'Menu'|add:user %}", "{% csrf_token %}", "{% comma %}", "{% include '_parts/keys.html' %}",
        "{% blocktranslate %}{{ user }}{% endblocktranslate %}", "{% for one in all %}{% endfor %}",
        "{% translate 'Menu' context user %}", "{% block main %}{% endblock %}",
    ],
)  # fmt: skip
def test_nothing_that_may_differ_is_written_once(content: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        written(content, user="Li", number="1", path="x", all=[1])


def test_words_addresses_and_files_are() -> None:
    with translation.override("en"):
        assert written("<a href=\"{% url 'home' %}\">{% translate 'Menu' %}</a>") == '<a href="/">Menu</a>'


def test_each_language_and_each_address_of_the_site_has_its_own() -> None:
    template = engines["django"].from_string(
        LOAD + "{% once %}{% url 'home' %} {% translate 'Menu' %}{% endonce %}"
    )
    found = set()
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            found.add(template.render())
    set_script_prefix("/elsewhere/")
    try:
        found.add(template.render())
    finally:
        set_script_prefix("/")
    assert len(found) == 3
    assert any(text.startswith("/elsewhere/") for text in found)


def test_the_second_time_it_is_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    template = engines["django"].from_string(LOAD + "{% once %}{% translate 'Menu' %}{% endonce %}")
    first = template.render()
    node = template.template.nodelist[-1]
    monkeypatch.setattr(node.nodelist, "render", lambda context: "again")
    assert template.render() == first
    assert node.render(Context()) == first
