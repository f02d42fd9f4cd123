//! Fields and values of every type and length.

use core::net::IpAddr;

use netflow_core::element::{self, DataType, ElementId, iana};
use netflow_core::value::{MacAddress, NtpTime, Text, Value};
use netflow_core::wire::template::{FieldKey, FieldLength, FieldSpecifier};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::strategy::BoxedStrategy;

/// A value that owns its octets.
#[derive(Debug, Clone)]
pub(crate) enum Owned {
    Plain(Value<'static>),
    Large(Vec<u8>),
    Octets(Vec<u8>),
    Text(Vec<u8>),
}

impl Owned {
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Plain(value) => *value,
            Self::Large(octets) => Value::parse(DataType::Unsigned256, octets).unwrap(),
            Self::Octets(octets) => Value::Octets(octets),
            Self::Text(octets) => Value::Text(Text::new(octets)),
        }
    }

    /// Both are the same value; numbers that are none are.
    pub(crate) fn is(&self, found: Option<Value<'_>>) -> bool {
        match (self.value(), found) {
            (Value::Float(a), Some(Value::Float(b))) if a.is_nan() => b.is_nan(),
            (value, found) => found == Some(value),
        }
    }
}

/// An element, a length it may have, and values of that length.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) specifier: FieldSpecifier,
    data_type: Option<DataType>,
}

/// Elements of every type but lists, some of an enterprise, one of nobody.
pub(crate) fn field(enterprises: bool) -> impl Strategy<Value = Field> {
    let mut elements: Vec<ElementId> = vec![
        iana::OCTET_DELTA_COUNT.id,
        iana::PROTOCOL_IDENTIFIER.id,
        iana::SOURCE_TRANSPORT_PORT.id,
        iana::INGRESS_INTERFACE.id,
        iana::SOURCE_IPV4_ADDRESS.id,
        iana::DESTINATION_IPV6_ADDRESS.id,
        iana::SOURCE_MAC_ADDRESS.id,
        iana::INTERFACE_NAME.id,
        iana::FLOW_START_SECONDS.id,
        iana::FLOW_START_MILLISECONDS.id,
        iana::FLOW_START_MICROSECONDS.id,
        iana::FLOW_END_NANOSECONDS.id,
        iana::DATA_RECORDS_RELIABILITY.id,
        iana::MIB_OBJECT_VALUE_INTEGER.id,
        iana::SAMPLING_PROBABILITY.id,
        iana::IP_PAYLOAD_PACKET_SECTION.id,
        ElementId::iana(32000),
    ];
    if enterprises {
        elements.extend([
            ElementId::new(29305, 1),
            ElementId::new(35632, 180),
            ElementId::new(4_000_000_000, 32767),
        ]);
    } else {
        elements.extend([ElementId::iana(33002), ElementId::iana(65000)]);
    }
    (
        proptest::sample::select(elements),
        any::<u16>(),
        any::<bool>(),
    )
        .prop_map(move |(id, length, variable)| {
            let registered = if enterprises {
                element::get(id)
            } else {
                element::v9(id.id)
            };
            let data_type = registered.and_then(|element| element.data_type);
            let lengths = lengths(data_type);
            let length = if variable && enterprises {
                FieldLength::Variable
            } else {
                FieldLength::Fixed(lengths[usize::from(length) % lengths.len()])
            };
            let key = FieldKey::Element(id);
            Field {
                specifier: FieldSpecifier { key, length },
                data_type,
            }
        })
}

fn lengths(data_type: Option<DataType>) -> Vec<u16> {
    match data_type {
        None | Some(DataType::OctetArray | DataType::String) => vec![0, 1, 2, 3, 7, 33, 300],
        Some(data_type) => match data_type.name() {
            name if name.starts_with("unsigned") => vec![1, 2, 3, 4, 5, 6, 7, 8, 16, 32],
            name if name.starts_with("signed") => (1..=8).collect(),
            name if name.starts_with("float") => vec![4, 8],
            "boolean" => vec![1],
            "macAddress" => vec![6],
            "ipv4Address" | "dateTimeSeconds" => vec![4],
            "ipv6Address" => vec![16],
            _ => vec![8],
        },
    }
}

impl Field {
    /// A value that the field can hold.
    pub(crate) fn value(&self) -> BoxedStrategy<Owned> {
        let fixed = match self.specifier.length {
            FieldLength::Fixed(length) => Some(usize::from(length)),
            FieldLength::Variable => None,
        };
        let any_len = fixed.map_or(0..=400, |length| length..=length);
        match self.data_type {
            None | Some(DataType::OctetArray) => {
                vec(any::<u8>(), any_len).prop_map(Owned::Octets).boxed()
            }
            Some(DataType::String) => {
                // What is missing is filled up; NULs at the end are not text.
                let most = fixed.unwrap_or(400);
                vec(any::<u8>(), 0..=most).prop_map(Owned::Text).boxed()
            }
            Some(data_type) => match data_type.name() {
                name if name.starts_with("unsigned") => unsigned(fixed),
                name if name.starts_with("signed") => signed(fixed),
                name if name.starts_with("float") => float(fixed),
                _ => whole(data_type),
            },
        }
    }
}

fn plain(value: impl Into<Value<'static>>) -> Owned {
    Owned::Plain(value.into())
}

fn unsigned(fixed: Option<usize>) -> BoxedStrategy<Owned> {
    let width = fixed.unwrap_or(32);
    if width <= 8 {
        let most = u64::MAX >> (64 - 8 * width);
        prop_oneof![0..=most, Just(most)].prop_map(plain).boxed()
    } else {
        vec(any::<u8>(), 1..=width).prop_map(Owned::Large).boxed()
    }
}

fn signed(fixed: Option<usize>) -> BoxedStrategy<Owned> {
    let shift = 64 - 8 * fixed.unwrap_or(8);
    prop_oneof![any::<i64>(), Just(i64::MIN), Just(-1)]
        .prop_map(move |number| plain(number >> shift))
        .boxed()
}

fn float(fixed: Option<usize>) -> BoxedStrategy<Owned> {
    if fixed == Some(4) {
        any::<f32>()
            .prop_map(|number| plain(f64::from(number)))
            .boxed()
    } else {
        any::<f64>().prop_map(plain).boxed()
    }
}

fn whole(data_type: DataType) -> BoxedStrategy<Owned> {
    match data_type {
        DataType::Boolean => any::<bool>().prop_map(plain).boxed(),
        DataType::MacAddress => any::<[u8; 6]>()
            .prop_map(|mac| plain(MacAddress(mac)))
            .boxed(),
        DataType::Ipv4Address => any::<[u8; 4]>()
            .prop_map(|ip| plain(IpAddr::from(ip)))
            .boxed(),
        DataType::Ipv6Address => any::<[u8; 16]>()
            .prop_map(|ip| plain(IpAddr::from(ip)))
            .boxed(),
        DataType::DateTimeSeconds => any::<u32>()
            .prop_map(|time| Owned::Plain(Value::Seconds(time)))
            .boxed(),
        DataType::DateTimeMilliseconds => any::<u64>()
            .prop_map(|time| Owned::Plain(Value::Milliseconds(time)))
            .boxed(),
        _ => any::<u64>()
            .prop_map(|bits| plain(NtpTime::from_bits(bits)))
            .boxed(),
    }
}
