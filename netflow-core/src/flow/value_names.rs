//! The names that fields may have as their value.

use alloc::vec::Vec;

use super::counters::{DELTA, TOTAL};
use super::inner::NVGRE;
use super::{ClockRule, NoSamplingRate, NoTime, SamplingRule};
use crate::datagram::Protocol;
use crate::exporter::SelectionMethod;
use crate::field::FlowField;
use crate::packet::Tunnel;

impl FlowField {
    /// The stable names that a field of the type [`FieldType::Name`](crate::field::FieldType::Name)
    /// may have as its value; none for any other.
    ///
    /// ```
    /// use netflow_core::field::FlowField;
    ///
    /// assert_eq!(FlowField::Counters.value_names(), ["delta", "total"]);
    /// assert!(FlowField::Octets.value_names().is_empty());
    /// ```
    #[must_use]
    pub fn value_names(self) -> Vec<&'static str> {
        match self {
            Self::ExportProtocol => Protocol::ALL.iter().map(|one| one.name()).collect(),
            Self::Counters => [DELTA, TOTAL].into(),
            Self::Clock => {
                let rules = ClockRule::ALL.iter().map(|rule| rule.name());
                rules
                    .chain(NoTime::ALL.iter().map(|reason| reason.name()))
                    .collect()
            }
            Self::Sampling => {
                let rules = SamplingRule::ALL.iter().map(|rule| rule.name());
                let methods = SelectionMethod::ALL.iter().map(|method| method.name());
                let ambiguous = [NoSamplingRate::Ambiguous.name()];
                rules.chain(ambiguous).chain(methods).collect()
            }
            Self::TunnelType => {
                let tunnels = Tunnel::ALL.iter().map(|tunnel| tunnel.name());
                tunnels.chain([NVGRE]).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::field::{FieldType, FlowField};

    #[test]
    fn fields_of_names_have_a_list_of_them() {
        for field in FlowField::ALL {
            let is_name = field.field_type() == FieldType::Name;
            assert_eq!(is_name, !field.value_names().is_empty(), "{}", field.name());
        }
    }
}
