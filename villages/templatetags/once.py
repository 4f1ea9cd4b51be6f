"""Parts of a page that are the same for everybody: written once in each language, and kept.

The frame of a page has more words than most lists have rows, and to write them takes as long as to read the list.
"""

from collections.abc import Iterable

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, TextNode, Token
from django.template.context import BaseContext
from django.template.defaulttags import LoadNode, URLNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.urls import get_script_prefix
from django.utils.translation import get_language

register = template.Library()


@register.tag
def once(parser: Parser, token: Token) -> Node:
    """{% once %}…{% endonce %}: words, addresses and files only. Raises TemplateSyntaxError for whatever may differ
    from one reader or page to the other: nobody is ever shown what was written for somebody else."""
    content = parser.parse(["endonce"])
    parser.delete_first_token()
    for node in content:
        if not _is_the_same_for_all(node):
            raise template.TemplateSyntaxError(f"{{% once %}} holds what may differ: {node!r}.")
    return OnceNode(content)


class OnceNode(Node):
    def __init__(self, content: NodeList) -> None:
        self.nodelist = content
        self._written: dict[tuple[str | None, str], str] = {}

    def render(self, context: BaseContext) -> str:
        key = (get_language(), get_script_prefix())
        if key not in self._written:
            self._written[key] = self.nodelist.render(context)
        return self._written[key]


def _is_the_same_for_all(node: Node) -> bool:
    if isinstance(node, TextNode | LoadNode):
        return True
    if isinstance(node, TranslateNode):
        context = [node.message_context] if node.message_context else []
        return node.asvar is None and _are_constant([node.filter_expression, *context])
    if isinstance(node, URLNode):
        return node.asvar is None and _are_constant([node.view_name, *node.args, *node.kwargs.values()])
    if isinstance(node, StaticNode):
        return node.varname is None and _are_constant([node.path])
    return False


def _are_constant(expressions: Iterable[FilterExpression]) -> bool:
    """Whether they are words in quotes; what {% translate %} is given is a variable without a name."""
    return not any(one.filters or (one.is_var and one.var.lookups is not None) for one in expressions)
