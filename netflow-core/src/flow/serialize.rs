//! Flows for serde, in the form of the command's JSON.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::{FlowValue, OwnedFlow};

/// A map of the fields that are present, in the order of the table, each by its name. It has the
/// form of the command's JSON in every format of serde: see [`FlowValue`].
impl Serialize for OwnedFlow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields().count()))?;
        for (field, value) in self.fields() {
            map.serialize_entry(field.name(), &value)?;
        }
        map.end()
    }
}

/// Numbers and durations (nanoseconds) are integers, flags booleans, lists of numbers sequences.
/// All else is text: addresses, MAC addresses with colons, times of RFC 3339 in UTC, octets in hex,
/// application ids as `engine:selector`. Of a text what is not UTF-8 becomes U+FFFD.
impl Serialize for FlowValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unsigned(number) => serializer.serialize_u64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Duration(nanos) => serializer.serialize_i64(*nanos),
            Self::Name(name) => serializer.serialize_str(name),
            Self::Numbers(numbers) => serializer.collect_seq(numbers),
            Self::Text(text) => match text.as_str() {
                Some(text) => serializer.serialize_str(text),
                None => serializer.collect_str(text),
            },
            Self::Address(_)
            | Self::Mac(_)
            | Self::Time(_)
            | Self::Octets(_)
            | Self::Application(_) => serializer.collect_str(self),
        }
    }
}
