//! The JSON of ipfixcol2.

use alloc::borrow::Cow;

use netflow_core::element::{DataType, ElementId, iana};
use netflow_core::template::TemplateField;
use netflow_core::text::{self, UnixTime};
use netflow_core::value::{Value, unsigned};
use netflow_core::wire::template::{FieldKey, FieldLength};
use netflow_core::{Protocol, Set, SetKind};

use super::documents::Dialect;
use super::record::{
    FieldStyle, ListForm, PlainForm, Plans, RawField, RecordPlan, is_member_of_fixed_layout,
    time_of_number,
};
use super::{Additions, CommonMembers, Encode, Faults, TimeDigits, protocols};
use crate::format::Selection;

/// Options of the JSON of ipfixcol2.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Ipfixcol2Options {
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// Tags and fields that each object gets.
    pub additions: Additions,
}

/// The JSON of ipfixcol2 with its default settings: NetFlow v5 and v9 are read as IPFIX.
#[derive(Debug, Default)]
pub struct Ipfixcol2 {
    options: Ipfixcol2Options,
    plans: Plans<RecordPlan<Ipfixcol2Form>>,
    /// What the objects of a set have in common, before their fields and after them.
    common: [CommonMembers; 2],
}

impl Ipfixcol2 {
    /// JSON with these options.
    #[must_use]
    pub fn new(options: Ipfixcol2Options) -> Self {
        Self {
            options,
            plans: Plans::default(),
            common: Default::default(),
        }
    }
}

impl Dialect for Ipfixcol2 {
    fn writes(&self, set: &Set<'_>) -> bool {
        matches!(
            set.header().protocol,
            Protocol::NetflowV5 | Protocol::NetflowV9 | Protocol::Ipfix
        )
    }

    fn set<E: Encode>(&mut self, set: &Set<'_>, selection: &mut Selection, out: &mut Vec<u8>) {
        let faults = self.options.faults;
        let kind = match set.kind() {
            SetKind::Data => "ipfix.entry",
            // By default, ipfixcol2 leaves records of options out.
            SetKind::Options if !faults.are_copied() => "ipfix.optionsEntry",
            _ => return,
        };
        let Some(template) = set.shared_template() else {
            return;
        };
        let Self {
            options,
            plans,
            common: [before, after],
        } = self;
        let mut style = Ipfixcol2Style { faults };
        let plan = plans.of(template, |template| RecordPlan::new::<E>(template, &style));
        E::common(before, |out| {
            out.key("@type");
            out.word(kind);
        });
        E::common(after, |out| options.additions.write(out));
        E::documents(out, |out| {
            selection.for_each_record(set, |record| {
                out.document(|out| {
                    out.members(before);
                    plan.write(record, &mut style, out);
                    out.members(after);
                });
            });
        });
    }
}

/// How the value of a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ipfixcol2Form {
    /// By its type.
    Typed(DataType),
    /// The keyword of a protocol, or its number.
    Protocol,
    /// `UAPRSF`, with dots for flags that are not set.
    TcpFlags,
}

struct Ipfixcol2Style {
    faults: Faults,
}

/// The name of an element without one: `en6871:id33`.
fn number_of(id: ElementId) -> String {
    format!("en{}:id{}", id.enterprise_number, id.id)
}

impl FieldStyle for Ipfixcol2Style {
    type Meaning = Ipfixcol2Form;

    fn field<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, Ipfixcol2Form)> {
        if is_member_of_fixed_layout(field) || field.length() == FieldLength::Fixed(0) {
            return None;
        }
        // A scope of v9 is not an element.
        let FieldKey::Element(id) = field.key() else {
            return None;
        };
        if id == iana::PADDING_OCTETS.id {
            return None;
        }
        let name = match (id.enterprise_number, field.element()) {
            (0, Some(element)) => format!("iana:{}", element.name),
            (REVERSE_OF_IANA, Some(_)) => {
                match netflow_core::element::get(ElementId::iana(id.id)) {
                    Some(forward) => format!("iana@reverse:{}@reverse", forward.name),
                    None => number_of(id),
                }
            }
            // Names of other enterprises are those of definitions that the site has. By default, elements
            // without one are left out.
            _ if self.faults.are_copied() => return None,
            _ => number_of(id),
        };
        let data_type = field.data_type().unwrap_or(DataType::OctetArray);
        let form = match id {
            id if id == iana::PROTOCOL_IDENTIFIER.id => Ipfixcol2Form::Protocol,
            id if id == iana::TCP_CONTROL_BITS.id => Ipfixcol2Form::TcpFlags,
            _ => Ipfixcol2Form::Typed(data_type),
        };
        Some((name.into(), form))
    }

    fn list_form(&self) -> ListForm {
        ListForm::Described {
            name: |id| match (id.enterprise_number, netflow_core::element::get(id)) {
                (0, Some(element)) => format!("iana:{}", element.name),
                _ => number_of(id),
            },
        }
    }

    fn plain(&self, form: &Ipfixcol2Form, len: u16) -> Option<PlainForm> {
        match form {
            Ipfixcol2Form::Typed(data_type) => PlainForm::of(*data_type, len),
            Ipfixcol2Form::Protocol | Ipfixcol2Form::TcpFlags => {
                matches!(len, 1..=8).then_some(PlainForm::StyledNumber)
            }
        }
    }

    fn write_number<E: Encode>(&self, form: &Ipfixcol2Form, number: u64, out: &mut E) {
        match form {
            Ipfixcol2Form::Typed(data_type) => {
                self.write(Some(form), &time_of_number(*data_type, number), out);
            }
            Ipfixcol2Form::Protocol => write_keyword(number, out),
            Ipfixcol2Form::TcpFlags => write_flags(number, out),
        }
    }

    fn value<'a>(&mut self, form: &Ipfixcol2Form, field: RawField<'a, '_>) -> Option<Value<'a>> {
        let octets = field.octets;
        let data_type = match form {
            Ipfixcol2Form::Typed(data_type) => *data_type,
            Ipfixcol2Form::Protocol | Ipfixcol2Form::TcpFlags => DataType::Unsigned64,
        };
        // Octets that are not a value of the type become null.
        Some(Value::parse(data_type, octets).unwrap_or(Value::Float(f64::NAN)))
    }

    fn write<E: Encode>(&self, form: Option<&Ipfixcol2Form>, value: &Value<'_>, out: &mut E) {
        match (form, *value) {
            (Some(Ipfixcol2Form::Protocol), Value::Unsigned(number)) => write_keyword(number, out),
            (Some(Ipfixcol2Form::TcpFlags), Value::Unsigned(number)) => write_flags(number, out),
            (_, Value::Unsigned(number)) => out.unsigned(number),
            (_, Value::Signed(number)) => out.signed(number),
            (_, Value::Float(number)) => out.float(number),
            (_, Value::Boolean(value)) => out.boolean(value),
            (_, Value::Address(address)) => out.address(address),
            (_, Value::MacAddress(address)) => out.mac(address.0),
            (_, Value::Text(text)) => out.text(text),
            (_, Value::Seconds(seconds)) => write_time(UnixTime::from_seconds(seconds), out),
            (_, Value::Milliseconds(millis)) => write_time(UnixTime::from_millis(millis), out),
            (_, Value::Ntp(time)) => write_time(UnixTime::from(time), out),
            (_, Value::LargeUnsigned(number)) => out.large(&number),
            (_, Value::Octets(octets)) => write_octets(octets, out),
            _ => out.null(),
        }
    }
}

/// The keyword of a protocol, or its number.
fn write_keyword<E: Encode>(number: u64, out: &mut E) {
    match u8::try_from(number).map_or("", protocols::keyword) {
        "" => out.unsigned(number),
        keyword => out.word(keyword),
    }
}

/// The flags of RFC 793.
fn write_flags<E: Encode>(number: u64, out: &mut E) {
    let [.., low] = number.to_be_bytes();
    let [_, _, flags @ ..] = protocols::letters(low, protocols::TCP_FLAGS);
    protocols::write_letters(flags, out);
}

/// The enterprise of the reverse elements of IANA (RFC 5103).
const REVERSE_OF_IANA: u32 = 29_305;

/// A time in UTC with milliseconds.
fn write_time<E: Encode>(time: UnixTime, out: &mut E) {
    out.time(time, TimeDigits::Three);
}

/// Up to eight octets as a number, more as hex; null if there are none.
fn write_octets<E: Encode>(octets: &[u8], out: &mut E) {
    match (octets, unsigned(octets)) {
        ([], _) => out.null(),
        (_, Some(number)) => out.unsigned(number),
        (_, None) => {
            let mut hex = String::from("0x");
            for octet in octets {
                hex.extend(text::hex(*octet).map(|digit| char::from(digit.to_ascii_uppercase())));
            }
            out.word(&hex);
        }
    }
}
