//! How Logstash's codec and fluent-plugin-netflow, which descends from it, name and write fields.

use alloc::borrow::Cow;

use netflow_core::element::DataType;
use netflow_core::template::TemplateField;
use netflow_core::text::{self, UnixTime};
use netflow_core::value::{ApplicationId, NtpTime, Value, unsigned};
use netflow_core::wire::template::{FieldKey, FieldLength};
use netflow_core::{MessageHeader, Protocol, Timestamp};

use super::names::{self, ElementNames};
use super::record::{
    FieldStyle, PlainForm, RawField, is_member_of_fixed_layout, name_of, time_of_number,
};
use super::{Encode, Faults, TimeDigits};

/// Which of the two tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodecTool {
    Logstash,
    Fluentd,
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodecForm {
    /// A value by its type; a time as the number that was sent.
    Plain(DataType),
    /// Milliseconds of uptime, as a time.
    Switched,
    /// A time since 1970 or 1900, as a time.
    Time(DataType),
    /// Engine and selector (RFC 6759).
    Application,
    /// Two bits and six (RFC 7270, section 4.12).
    ForwardingStatus,
    /// Twelve octets of an access list of Cisco's ASA.
    AccessList,
    /// A label of 20 bits.
    Label,
    /// A label with its bits and TTL.
    LabelStack,
    /// An IPv4 address, even if the element has another type.
    Address,
}

/// Names and writes the fields of one set.
#[derive(Debug)]
pub(super) struct CodecStyle<'h> {
    pub(super) tool: CodecTool,
    pub(super) faults: Faults,
    pub(super) header: &'h MessageHeader,
}

impl CodecStyle<'_> {
    const fn names(&self) -> ElementNames {
        match self.tool {
            CodecTool::Logstash => names::LOGSTASH,
            CodecTool::Fluentd => names::FLUENTD,
        }
    }

    /// Whether names are those of NetFlow v9.
    fn is_v9(&self) -> bool {
        self.header.protocol != Protocol::Ipfix
    }

    fn scope<'t>(
        &self,
        number: u16,
        field: &'t TemplateField,
    ) -> Option<(Cow<'t, str>, CodecForm)> {
        let name = match (self.tool, number) {
            (CodecTool::Logstash, 1) => "scope_system",
            (CodecTool::Logstash, 2) => "scope_interface",
            (CodecTool::Logstash, 3) => "scope_line_card",
            (CodecTool::Logstash, 4) => "scope_netflow_cache",
            (CodecTool::Logstash, 5) => "scope_template",
            (CodecTool::Fluentd, 1) if field.length() == FieldLength::Fixed(4) => {
                return Some(("system".into(), CodecForm::Address));
            }
            _ => return None,
        };
        Some((name.into(), CodecForm::Plain(DataType::Unsigned64)))
    }

    fn form(&self, name: &str, field: &TemplateField, data_type: DataType) -> CodecForm {
        let is_logstash = self.tool == CodecTool::Logstash;
        match name {
            "first_switched" | "last_switched" => CodecForm::Switched,
            "application_id" if self.is_v9() => CodecForm::Application,
            "forwarding_status" if is_logstash => CodecForm::ForwardingStatus,
            "ingress_acl_id" | "egress_acl_id" => CodecForm::AccessList,
            "mpls_label_stack_octets" => CodecForm::LabelStack,
            "app_id" if !is_logstash => CodecForm::Plain(DataType::Unsigned256),
            name if name.starts_with("mpls_label_") => CodecForm::Label,
            name if is_time_of_flow(name) => CodecForm::Time(data_type),
            _ => CodecForm::Plain(match field.length() {
                // The number of a port, or the octets of an unknown length, as it is.
                FieldLength::Fixed(_) if self.is_v9() && is_number(data_type) => {
                    DataType::Unsigned64
                }
                _ => data_type,
            }),
        }
    }

    /// A time of uptime, by the rule of the original.
    fn switched(&self, uptime_then: u64) -> Option<Timestamp> {
        let sent = self.header.export_time?;
        let uptime = self.header.sys_uptime?;
        let then = u32::try_from(uptime_then).ok();
        let since = if self.faults.are_copied() || then.is_none() {
            i64::from(uptime).checked_sub(i64::try_from(uptime_then).ok()?)?
        } else {
            // The uptime begins again at 2^32; what is far ahead was before that.
            i64::from(uptime.wrapping_sub(then?) as i32)
        };
        let time = sent.saturating_add(since.checked_mul(-1_000_000)?);
        if self.tool == CodecTool::Logstash && self.faults.are_copied() {
            let late = self.header.protocol == Protocol::NetflowV9 || {
                let micros = sent.as_nanos().rem_euclid(1_000_000_000) / 1_000;
                micros < since.rem_euclid(1_000) * 1_000
            };
            // It does not take away the second that it borrows.
            return Some(time.saturating_add(i64::from(late) * 1_000_000_000));
        }
        Some(time)
    }

    /// A time as the tool writes it.
    pub(super) fn write_time<E: Encode>(&self, time: UnixTime, out: &mut E) {
        out.time(
            time,
            match self.tool {
                CodecTool::Logstash if time.nanos % 1_000_000 / 1_000 != 0 => TimeDigits::Six,
                _ => TimeDigits::Three,
            },
        );
    }

    /// A time in the sixteen octets that pmacct sends: seconds and microseconds. Logstash takes the last
    /// eight for an NTP time.
    fn long_time<'a>(&self, octets: &'a [u8]) -> Option<Value<'a>> {
        let octets = <[u8; 16]>::try_from(octets).ok()?;
        let [seconds, micros] = [unsigned(&octets[..8])?, unsigned(&octets[8..])?];
        if self.faults.are_copied() {
            return Some(Value::Ntp(NtpTime::from_bits(micros)));
        }
        // Rounded up, so that the microseconds come out as they went in.
        let fraction = (micros.checked_mul(1 << 32)?).div_ceil(1_000_000);
        let seconds = seconds.checked_add(SECONDS_FROM_1900_TO_1970)?;
        let bits = u128::from(seconds) << 32 | u128::from(fraction);
        Some(Value::Ntp(NtpTime::from_bits(u64::try_from(bits).ok()?)))
    }
}

const SECONDS_FROM_1900_TO_1970: u64 = 2_208_988_800;

/// `flowStartSeconds` to `flowEndNanoseconds`.
fn is_time_of_flow(name: &str) -> bool {
    let rest = name
        .strip_prefix("flowStart")
        .or(name.strip_prefix("flowEnd"));
    matches!(
        rest,
        Some("Seconds" | "Milliseconds" | "Microseconds" | "Nanoseconds")
    )
}

const fn is_number(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::Unsigned8
            | DataType::Unsigned16
            | DataType::Unsigned32
            | DataType::Unsigned64
            | DataType::DateTimeSeconds
            | DataType::DateTimeMilliseconds
            | DataType::DateTimeMicroseconds
            | DataType::DateTimeNanoseconds
            | DataType::Boolean
    )
}

/// Elements that both tools leave out: padding and numbers that v9 reserves.
const SKIPPED: [u16; 8] = [43, 51, 65, 66, 67, 68, 69, 210];

impl FieldStyle for CodecStyle<'_> {
    type Meaning = CodecForm;

    fn field<'t>(&self, field: &'t TemplateField) -> Option<(Cow<'t, str>, CodecForm)> {
        if is_member_of_fixed_layout(field) || field.length() == FieldLength::Fixed(0) {
            return None;
        }
        let id = match field.key() {
            FieldKey::Scope(number) => return self.scope(number, field),
            FieldKey::Element(id) => id,
        };
        if id.enterprise_number == 0 && SKIPPED.contains(&id.id) {
            return None;
        }
        let has_own = self.is_v9() || id.enterprise_number != 0;
        let named = self.names().get(field).filter(|_| has_own);
        let (name, data_type) = match named {
            Some((name, data_type)) => (name.into(), data_type.or(field.data_type())),
            // The plugin knows no other elements; what the caller defined it would.
            None if self.tool == CodecTool::Fluentd && field.element().is_some() => return None,
            None => {
                field.name()?;
                (name_of(field), field.data_type())
            }
        };
        let data_type = match data_type {
            // The codec has lists of no kind, and takes octets of IPFIX for text.
            Some(data_type) if self.faults.are_copied() && data_type.is_list() => return None,
            Some(DataType::OctetArray)
                if self.faults.are_copied() && id.enterprise_number == 0 && !self.is_v9() =>
            {
                Some(DataType::String)
            }
            data_type => data_type,
        };
        let form = self.form(&name, field, data_type.unwrap_or(DataType::OctetArray));
        Some((name, form))
    }

    fn plain(&self, form: &CodecForm, len: u16) -> Option<PlainForm> {
        match (form, len) {
            (CodecForm::Plain(data_type), 1..=8) if is_number(*data_type) => {
                Some(PlainForm::Unsigned)
            }
            // As Ruby writes IPv4 addresses too.
            (CodecForm::Plain(DataType::Ipv4Address), 4) => Some(PlainForm::Ipv4),
            (CodecForm::Time(data_type), _) => {
                PlainForm::of(*data_type, len).filter(|plain| *plain == PlainForm::StyledNumber)
            }
            (
                CodecForm::Switched
                | CodecForm::ForwardingStatus
                | CodecForm::Label
                | CodecForm::LabelStack,
                1..=8,
            ) => Some(PlainForm::StyledNumber),
            _ => None,
        }
    }

    #[inline]
    fn write_number<E: Encode>(&self, form: &CodecForm, number: u64, out: &mut E) {
        match form {
            CodecForm::Switched => match self.switched(number) {
                Some(time) => self.write_time(time.into(), out),
                None => out.null(),
            },
            CodecForm::ForwardingStatus => out.object(|out| {
                out.key("status");
                out.unsigned(number >> 6 & 3);
                out.key("reason");
                out.unsigned(number & 0x3f);
            }),
            CodecForm::Time(data_type) => {
                self.write(Some(form), &time_of_number(*data_type, number), out);
            }
            CodecForm::Label => out.unsigned(number >> 4),
            CodecForm::LabelStack => out.object(|out| {
                let parts = [
                    ("label", number >> 12 & 0xf_ffff),
                    ("experimental", number >> 9 & 7),
                    ("bottom_of_stack", number >> 8 & 1),
                    ("ttl", number & 0xff),
                ];
                for (key, part) in parts {
                    out.key(key);
                    out.unsigned(part);
                }
            }),
            _ => out.unsigned(number),
        }
    }

    fn value<'a>(&mut self, form: &CodecForm, field: RawField<'a, '_>) -> Option<Value<'a>> {
        let octets = field.octets;
        match form {
            CodecForm::Switched
            | CodecForm::ForwardingStatus
            | CodecForm::Label
            | CodecForm::LabelStack => unsigned(octets).map(Value::Unsigned),
            CodecForm::Application | CodecForm::AccessList => Some(Value::Octets(octets)),
            CodecForm::Address => Value::parse(DataType::Ipv4Address, octets),
            CodecForm::Time(data_type) => {
                Value::parse(*data_type, octets).or_else(|| self.long_time(octets))
            }
            CodecForm::Plain(data_type) if is_number(*data_type) => {
                Value::parse(DataType::Unsigned64, octets)
            }
            // The codec writes an empty string for the labels that a router does not use. That there were
            // only zeros is all that is lost: their number is in the template.
            CodecForm::Plain(DataType::OctetArray)
                if self.tool == CodecTool::Logstash
                    && matches!(field.template.length(), FieldLength::Fixed(_))
                    && octets.iter().all(|octet| *octet == 0) =>
            {
                Some(Value::Octets(&[]))
            }
            CodecForm::Plain(data_type) => Value::parse(*data_type, octets),
        }
    }

    fn write<E: Encode>(&self, form: Option<&CodecForm>, value: &Value<'_>, out: &mut E) {
        let form = form
            .copied()
            .unwrap_or(CodecForm::Plain(DataType::OctetArray));
        match *value {
            Value::Unsigned(number) => self.write_number(&form, number, out),
            Value::Signed(number) => out.signed(number),
            Value::Float(number) => out.float(number),
            Value::Boolean(value) => out.boolean(value),
            // As Ruby writes IPv4-mapped addresses.
            Value::Address(address) if self.faults.are_copied() => out.word(&address.to_string()),
            Value::Address(address) => out.address(address),
            Value::MacAddress(address) => out.mac(address.0),
            Value::Text(text) => out.text(text),
            Value::Seconds(seconds) => self.write_time(UnixTime::from_seconds(seconds), out),
            Value::Milliseconds(millis) => self.write_time(UnixTime::from_millis(millis), out),
            Value::Ntp(time) if self.faults.are_copied() => {
                // The codec knows one era of NTP, that of 1900.
                let time = UnixTime {
                    seconds: i64::from(time.seconds()) - SECONDS_FROM_1900_TO_1970 as i64,
                    nanos: time.nanos(),
                };
                self.write_time(time, out);
            }
            Value::Ntp(time) => self.write_time(UnixTime::from(time), out),
            Value::LargeUnsigned(number) => out.large(&number),
            Value::Octets(octets) if form == CodecForm::Application => {
                write_application(octets, out);
            }
            Value::Octets(octets) => write_hex(octets, form == CodecForm::AccessList, out),
            _ => out.null(),
        }
    }
}

/// `engine..selector`, and `20..enterprise..selector`.
fn write_application<E: Encode>(octets: &[u8], out: &mut E) {
    let application = ApplicationId::parse(octets);
    let Some(application) = application else {
        return out.null();
    };
    let selector = application.selector().unwrap_or(0);
    let engine = application.engine();
    match application.enterprise_number() {
        Some(enterprise) => out.word(&format!("{engine}..{enterprise}..{selector}")),
        None => out.word(&format!("{engine}..{selector}")),
    }
}

/// Lower-case hex, in groups of four octets if asked for.
fn write_hex<E: Encode>(octets: &[u8], is_grouped: bool, out: &mut E) {
    if !is_grouped {
        return out.hex("", octets);
    }
    let mut hex = String::with_capacity(octets.len() * 2);
    for (index, octet) in octets.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            hex.push('-');
        }
        hex.extend(text::hex(*octet).map(char::from));
    }
    out.word(&hex);
}

/// Members of the header of v5, which both tools repeat in each event.
pub(super) fn write_v5_header<E: Encode>(header: &MessageHeader, records: usize, out: &mut E) {
    let sampling = header.sampling.unwrap_or(0);
    let members = [
        ("flow_records", records as u64),
        ("flow_seq_num", header.sequence.unwrap_or(0).into()),
        (
            "engine_type",
            (header.observation_domain >> 8 & 0xff).into(),
        ),
        ("engine_id", (header.observation_domain & 0xff).into()),
        ("sampling_algorithm", (sampling >> 14).into()),
        ("sampling_interval", (sampling & 0x3fff).into()),
    ];
    for (key, number) in members {
        out.key(key);
        out.unsigned(number);
    }
}
