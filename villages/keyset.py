"""By what a list is ordered, and which of its rows lie beyond a position in that order.

A position is the values of the ordering in one row. "Beyond" is said so that an index on the ordering leads
straight there: however far down a page lies, it costs what the first one costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import (
    BooleanField,
    Exists,
    F,
    Field,
    ForeignKey,
    Func,
    GeneratedField,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Col
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)
from django.db.models.sql.where import AND

from villages.scope import any_of

Position = tuple[object, ...]


@dataclass(frozen=True)
class Key:
    """One column of an ordering; ``own`` is its field where it is a column of the list's own table."""

    name: str
    down: bool
    field: Field
    nullable: bool
    own: Field | None
    computed: bool = False

    def term(self, *, back: bool = False) -> str:
        """As ``order_by`` wants it."""
        return f"-{self.name}" if self.down != back else self.name

    def value_in(self, row: Model) -> object:
        found: object = row
        for part in self.name.split("__"):
            found = None if found is None else getattr(found, part)
        return found

    @property
    def splits(self) -> bool:
        """Whether rows with and without a value are read apart: the first then come by the index."""
        return self.nullable and not self.computed


def keys_of(found: QuerySet) -> tuple[Key, ...]:
    """The ordering of a list, completed so that no two rows are alike in it. Raises TypeError for an
    ordering in which nobody can say what comes after a row."""
    model = found.model
    if not found.query.standard_ordering:
        raise TypeError("Order the list by names instead of reverse().")
    asked = found.query.order_by or (model._meta.ordering if found.query.default_ordering else ())
    keys = [key for term in asked for key in _keys(found, model, *_name_and_direction(term))]
    if not _tell_rows_apart(model, keys):
        keys += _keys(found, model, "pk", bool(keys) and keys[-1].down)
    once: dict[str, Key] = {}
    for key in keys:
        once.setdefault(key.name, key)
    return tuple(once.values())


def _name_and_direction(term: object) -> tuple[str, bool]:
    if not isinstance(term, str) or term == "?":
        raise TypeError(f"A list can't be paged by {term!r}.")
    return term.removeprefix("-"), term.startswith("-")


def _keys(found: QuerySet, model: type[Model], name: str, down: bool) -> Iterator[Key]:
    annotation = found.query.annotations.get(name)
    if annotation is not None:
        nullable = not isinstance(annotation, Exists | Value)
        yield Key(name, down, _plain(annotation.output_field), nullable, None, computed=True)
        return
    fields = _path(model, name)
    last = fields[-1]
    if last.is_relation and last.name == name.rpartition("__")[2] and last.related_model._meta.ordering:
        # Django orders by a relation as the related model orders itself.
        for term in last.related_model._meta.ordering:
            below, other = _name_and_direction(term)
            yield from _keys(found, model, f"{name}__{below}", down != other)
        return
    nullable = any(field.null for field in fields)
    path = "__".join([*(field.name for field in fields[:-1]), last.attname])
    yield Key(path, down, _plain(last), nullable, last if len(fields) == 1 else None)


def _path(model: type[Model], name: str) -> list[Field]:
    """The fields on the way to a column; the key of a related row stands in our own table already."""
    fields: list[Field] = []
    for part in name.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        if not field.concrete:
            raise TypeError(f"A list can't be paged by {name}: it has many values.")
        if not (fields and fields[-1].target_field == field):
            fields.append(field)
        model = field.related_model
    return fields


def _plain(field: Field) -> Field:
    """The field that types the values: that of a key's target, or of what the database computes."""
    while isinstance(field, ForeignKey | GeneratedField):
        field = field.target_field if isinstance(field, ForeignKey) else field.output_field
    return field


def _tell_rows_apart(model: type[Model], keys: list[Key]) -> bool:
    own = {key.own.name: key.own for key in keys if key.own and not key.own.null}
    alone = any(field.unique for field in own.values())
    return alone or any({*one.fields} <= own.keys() for one in model._meta.total_unique_constraints)


def stretches(
    found: QuerySet, keys: tuple[Key, ...], *, beyond: Position | None, back: bool = False
) -> Iterator[QuerySet]:
    """The rows of the list beyond a position, or all, in one or two stretches one after the other.

    Two, where the first column may be empty: rows without a value come last, or first when descending. There are none
    where a condition of the list demands a value.
    """
    lead, *rest = keys
    if not lead.splits:
        yield _ordered(found, keys, beyond=beyond, back=back)
        return
    missing_last, has_all = lead.down == back, _demands(found, lead)
    for missing in (not missing_last, missing_last):
        if missing and has_all:
            if beyond is not None and beyond[0] is None:
                beyond = None
            continue
        # Said twice, the database would believe that only a part of a part is left.
        stretch = found if has_all else found.filter(**{f"{lead.name}__isnull": missing})
        inner = tuple(rest) if missing else (replace(lead, nullable=False), *rest)
        if beyond is None:
            yield _ordered(stretch, inner, beyond=None, back=back)
        elif (beyond[0] is None) == missing:
            yield _ordered(stretch, inner, beyond=beyond[1:] if missing else beyond, back=back)
            beyond = None


def _demands(found: QuerySet, key: Key) -> bool:
    """Whether a condition of the list, such as a < x, holds for no row without a value."""
    where = found.query.where
    if key.own is None or where.connector != AND or where.negated:
        return False
    return any(
        (isinstance(one, _COMPARISONS) or (isinstance(one, IsNull) and one.rhs is False))
        and isinstance(one.lhs, Col)
        and (one.lhs.alias, one.lhs.target) == (found.query.get_initial_alias(), key.own)
        for one in where.children
    )


_COMPARISONS = (GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual)


def _ordered(found: QuerySet, keys: tuple[Key, ...], *, beyond: Position | None, back: bool) -> QuerySet:
    if beyond is not None:
        found = found.filter(_beyond(keys, beyond, back=back))
    return found.order_by(*(key.term(back=back) for key in keys))


def _beyond(keys: tuple[Key, ...], at: Position, *, back: bool) -> "Q | RowBeyond":
    alike = len({key.down for key in keys}) == 1
    if alike and all((key.own or key.computed) and not key.nullable for key in keys):
        return RowBeyond(keys, at, less=keys[0].down != back)
    return _spelt_out(keys, at, back=back)


class RowBeyond(Func):
    """(a, b) < (x, y): one comparison of rows, which PostgreSQL answers from an index on (a, b)."""

    output_field = BooleanField()

    def __init__(self, keys: tuple[Key, ...], at: Position, *, less: bool) -> None:
        columns = [F(key.name) for key in keys]
        values = [Value(value, output_field=key.field) for key, value in zip(keys, at, strict=True)]
        super().__init__(*columns, *values)
        self.less = less

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(compiled) // 2
        columns, values = (
            ", ".join(sql for sql, _params in part) for part in (compiled[:half], compiled[half:])
        )
        params = [param for _sql, params in compiled for param in params]
        return f"({columns}) {'<' if self.less else '>'} ({values})", params


def _spelt_out(keys: tuple[Key, ...], at: Position, *, back: bool) -> Q:
    """a < x, or a = x and b < y …, for columns of several tables, directions, or with empty values.

    Said before it, "a <= x" is superfluous, but lets an index on the first column begin at the place.
    """
    ways, same = [], Q()
    for key, value in zip(keys, at, strict=True):
        further = _further(key, value, less=key.down != back)
        if further is not None:
            ways.append(same & further)
        same &= Q(**{f"{key.name}__isnull": True} if value is None else {key.name: value})
    found, lead, value = any_of(ways), keys[0], at[0]
    if lead.nullable or lead.computed:
        return found
    return Q(**{f"{lead.name}__{'lte' if lead.down != back else 'gte'}": value}) & found


def _further(key: Key, value: object, *, less: bool) -> Q | None:
    """Beyond in this column alone, None if nothing is: to PostgreSQL the empty value is the greatest."""
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if less else None
    further = Q(**{f"{key.name}__{'lt' if less else 'gt'}": value})
    return further | Q(**{f"{key.name}__isnull": True}) if key.nullable and not less else further
