"""NetFlow v1, v5 to v9 and IPFIX (RFC 3954, 7011, 5103, 6313): payloads to rows."""

import copy
import struct
from dataclasses import dataclass

from . import registry
from .values import value

VARIABLE = 65535


@dataclass
class Field:
    key: str
    pen: int
    element: int
    length: int
    type: str | None


@dataclass
class Template:
    fields: list
    scope_count: int | None      # None in a template of data

    def least(self):
        """Octets of the shortest record."""
        return sum(1 if f.length == VARIABLE else f.length for f in self.fields)


class Malformed(Exception):
    """The octets do not hold what they announce."""


class State:
    """What stays from one datagram to the next: templates by exporter, domain and protocol."""

    def __init__(self):
        self.templates = {}
        self.types = {}              # of elements that exporters have described (RFC 5610)
        self.waiting = {}            # sets that came before their template

    def scope(self, exporter, domain, protocol):
        key = exporter, domain, protocol
        return [kept.setdefault(key, {}) for kept in (self.templates, self.types, self.waiting)]


def fixed(message, at, payload, version):
    """v1 and v5 to v8. Returns where the next message would begin, or None."""
    head = 28 if version == 8 else registry.FIXED[version][0]
    if len(payload) - at < head:
        message.problem("cut")
        return None
    count = struct.unpack_from(">H", payload, at + 2)[0]
    if version != 1:
        message.sequence = struct.unpack_from(">I", payload, at + 16)[0]
    message.domain = struct.unpack_from(">H", payload, at + 20)[0] if version in (5, 6, 8) else 0
    if version == 8:
        scheme = payload[at + 22]
        if scheme not in registry.SCHEMES:
            message.problem("unknown_scheme")
            return None
        size, fields = registry.SCHEMES[scheme]
    else:
        _, size, fields = registry.FIXED[version]
    fit = (len(payload) - at - head) // size
    for index in range(min(count, fit)):
        start = at + head + index * size
        record = payload[start:start + size]
        message.row("data", fields=[
            [key, record[o:o + n].hex(), value(kind, record[o:o + n])] for key, o, n, kind in fields])
    if count > fit:
        message.problem("record_count")
        return None
    return at + head + count * size


def sets(message, state, at, payload):
    """v9 and IPFIX, which differ in the header, the set ids and the layout of templates."""
    v9 = message.protocol == "netflow9"
    head = 20 if v9 else 16
    if len(payload) - at < head:
        message.problem("cut")
        return None
    if v9:
        message.sequence, message.domain = struct.unpack_from(">II", payload, at + 12)
        end = len(payload)
    else:
        size, _, message.sequence, message.domain = struct.unpack_from(">HIII", payload, at + 2)
        end = at + size
        if size < head:
            message.problem("message_too_short")
            return None
        if end > len(payload):
            message.problem("message_too_long")
    stop = min(end, len(payload))
    walk = Sets(message, v9, *state.scope(message.exporter, message.domain, message.protocol))
    at += head
    while stop - at >= 4:
        ident, size = struct.unpack_from(">HH", payload, at)
        if size < 4:
            if any(payload[at:stop]):                # else the exporter has filled its packet with zeros
                message.problem("set_too_short")
            at = stop
            break
        walk.one(ident, payload[at + 4:min(at + size, stop)])
        if at + size > stop:
            message.problem("set_too_long")
        at += size
    message.flush()
    message.rows.extend(walk.late)
    if any(payload[at:stop]):
        message.problem("trailing_octets")
    return end


class Sets:
    def __init__(self, message, v9, known, types, waiting):
        self.message, self.v9, self.known, self.types, self.waiting = message, v9, known, types, waiting
        self.late = []               # rows of sets whose template came in this message
        self.data_id, self.options_id = (0, 1) if v9 else (2, 3)

    def one(self, ident, body):
        if ident in (self.data_id, self.options_id):
            self.templates(ident, body)
        elif ident < 256:
            self.message.problem("reserved_set")
        else:
            self.data(ident, body)

    # templates

    def templates(self, set_id, body):
        options, at, problem = set_id == self.options_id, 0, self.message.problem
        while True:
            while body[at:at + 2] == b"\0\0":        # padding, before a record or at the end
                at += 2
            if len(body) - at < 4:
                return
            ident, count = struct.unpack_from(">HH", body, at)
            if not self.v9 and count == 0 and (ident >= 256 or ident == set_id):
                self.withdraw(ident)
                at += 4
                continue
            head = 6 if options else 4
            if len(body) - at < head:
                if not self.v9:
                    problem("template_cut")
                return
            scope = struct.unpack_from(">H", body, at + 4)[0] if options else None
            odd, code = 0, "scope_count"
            if options and self.v9:                  # octets of scope, octets of options
                octets, odd, code = count + scope, scope % 4, "options_length"
                wrong = count % 4 or (odd and scope < 4)
                scope, count = count // 4, count // 4 + scope // 4
            else:
                octets, wrong = count * 4, options and scope > count
            at += head
            fields, size = self.specifiers(body[at:], count)
            if fields is None or (wrong and octets > len(body) - at):
                problem("template_id" if ident < 256 else code if wrong else "template_cut")
                return
            at += octets if options and self.v9 else size
            if ident < 256:
                problem("template_id")
            elif wrong:
                problem(code)
            elif not fields:
                problem("empty_template")
            else:
                for index in range(scope or 0):
                    if self.v9:
                        field = fields[index]
                        field.key = f"scope/{field.element}"
                        field.type = registry.SCOPES.get(field.element)
                self.known[ident] = Template(fields, scope)
                self.deliver(ident)
                self.message.row("options_template" if options else "template", template=ident,
                                 **({"scope_count": scope} if options else {}),
                                 fields=[[f.key, f.length] for f in fields])
                if odd:
                    problem("options_length")        # RFC 3954, section 6.1; the whole fields are read
                if options and not self.v9 and scope == 0:
                    problem("scope_count")           # RFC 7011, section 3.4.2.1; it is read all the same

    def deliver(self, ident):
        """Reads what waited for a template that is known now."""
        for message, body in self.waiting.pop(ident, ()):
            late = copy.copy(message)
            late.rows, late.more = self.late, {"late": True, "template_frame": self.message.datagram.frame}
            Sets(late, self.v9, self.known, self.types, self.waiting).data(ident, body)

    def specifiers(self, body, count):
        """(fields, octets) or (None, 0) if they are cut."""
        fields, at = [], 0
        for _ in range(count):
            if len(body) - at < 4:
                return None, 0
            element, length = struct.unpack_from(">HH", body, at)
            at, pen = at + 4, 0
            if not self.v9 and element & 0x8000:
                if len(body) - at < 4:
                    return None, 0
                element, pen = element & 0x7FFF, struct.unpack_from(">I", body, at)[0]
                at += 4
            fields.append(self.field(pen, element, length))
        return fields, at

    def field(self, pen, element, length):
        key = f"{pen}/{element}" if pen else str(element)
        kind = registry.element_type(self.message.protocol, pen, element)
        return Field(key, pen, element, length, kind or self.types.get((pen, element)))

    def withdraw(self, ident):
        if ident < 256:                              # all of the kind
            gone = [i for i, t in self.known.items()
                    if (t.scope_count is not None) == (ident == self.options_id)]
        else:
            gone = [ident] if ident in self.known else []
            if not gone:
                self.message.problem("withdrawal_unknown")
        for each in gone:
            del self.known[each]
        self.message.row("withdrawal", template=ident, fields=[])
        if self.message.transport == "udp":
            self.message.problem("withdrawal_over_udp")

    # data

    def data(self, ident, body):
        template = self.known.get(ident)
        if template is None:
            self.message.problem("no_template")
            self.waiting.setdefault(ident, []).append((self.message, body))
            return
        least = template.least()
        if least == 0:
            self.message.problem("record_of_no_octets")
            return
        at = 0
        while len(body) - at >= least:
            try:
                fields, at = self.record(template.fields, body, at)
            except Malformed:
                self.message.problem("record_cut")
                return
            if template.scope_count is None:
                self.message.row("data", set=ident, fields=fields)
            else:
                self.message.row("options", set=ident, scope_count=template.scope_count, fields=fields)
                self.describe({key: value for key, _, value in fields})
            self.message.flush()

    def describe(self, options):
        """A type record sets the type of an element that has none, also in templates known already."""
        kind = registry.DATA_TYPES.get(options.get("339"))
        if not kind or None in (options.get("346"), options.get("303")):
            return
        described = options["346"], options["303"]
        self.types[described] = kind
        for template in self.known.values():
            for field in template.fields:
                if (field.pen, field.element) == described and field.type is None:
                    field.type = kind

    def record(self, fields, body, at):
        """([[key, hex, value]], where the record ends)."""
        values = []
        for field in fields:
            raw, at = self.field_octets(field.length, body, at)
            values.append((field, raw))
        return [[f.key, raw.hex(), self.value(f.type, raw)] for f, raw in values], at

    def field_octets(self, length, body, at):
        if length == VARIABLE:
            if at >= len(body):
                raise Malformed
            length, at = body[at], at + 1
            if length == 255:
                if len(body) - at < 2:
                    raise Malformed
                length, at = struct.unpack_from(">H", body, at)[0], at + 2
        if len(body) - at < length:
            raise Malformed
        return body[at:at + length], at + length

    def value(self, kind, raw):
        lists = {"basicList": self.basic_list, "subTemplateList": self.sub_template_list,
                 "subTemplateMultiList": self.sub_template_multi_list}
        if kind not in lists:
            return value(kind, raw)
        if not raw:
            return None
        try:
            return lists[kind](raw)
        except (Malformed, struct.error):
            self.message.later("list_malformed")
            return None

    # lists of RFC 6313

    def basic_list(self, raw):
        semantic, element, length = struct.unpack_from(">BHH", raw)
        at, pen = 5, 0
        if element & 0x8000:
            element, pen, at = element & 0x7FFF, struct.unpack_from(">I", raw, at)[0], at + 4
        field = self.field(pen, element, length)
        values = []
        if length == 0 and at < len(raw):
            raise Malformed
        while at < len(raw):
            item, at = self.field_octets(length, raw, at)
            values.append([item.hex(), self.value(field.type, item)])
        return {"list": "basicList", "semantic": semantic, "element": field.key,
                "element_length": length, "values": values}

    def sub_template_list(self, raw):
        semantic, ident = struct.unpack_from(">BH", raw)
        return {"list": "subTemplateList", "semantic": semantic, "template": ident,
                "records": self.records_of(ident, raw[3:])}

    def sub_template_multi_list(self, raw):
        semantic, at, parts = raw[0], 1, []
        while at < len(raw):
            ident, size = struct.unpack_from(">HH", raw, at)
            if size < 4 or at + size > len(raw):
                raise Malformed
            parts.append({"template": ident, "records": self.records_of(ident, raw[at + 4:at + size])})
            at += size
        return {"list": "subTemplateMultiList", "semantic": semantic, "parts": parts}

    def records_of(self, ident, body):
        template = self.known.get(ident)
        if template is None:
            if body:
                self.message.later("list_no_template")
            return []
        if template.least() == 0 and body:
            raise Malformed
        records, at = [], 0
        while at < len(body):
            fields, at = self.record(template.fields, body, at)
            records.append(fields)
        return records
