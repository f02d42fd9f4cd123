//! The announcements of options, for callers who report them.

use super::selection::Selection;
use super::{Exporter, RateScope, SamplerKey, Selects, Unrated};
use crate::datagram::DatagramId;
use crate::time::Timestamp;
use crate::value::Text;

/// What options can announce.
///
/// ```
/// use netflow_core::{Decoder, Fact, Limits, Selects, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.decode(example::ipfix())?;
/// let rate = decoder.announced().find_map(|announcement| match announcement.fact {
///     Fact::Rate { of, selects, rate, .. } => Some((of.to_string(), selects, rate)),
///     _ => None,
/// });
/// assert_eq!(rate, Some(("the whole domain".to_owned(), Selects::Packets, 100)));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact<'d> {
    /// A sampling rate.
    Rate {
        /// What it applies to.
        of: RateScope,
        /// Whether packets or flows are sampled.
        selects: Selects,
        /// One of this many is selected.
        rate: u64,
        /// The datagram that first announced it.
        datagram: DatagramId,
    },
    /// Sampling from which no rate follows.
    Unrated {
        /// What it applies to.
        of: RateScope,
        /// Whether packets or flows are selected.
        selects: Selects,
        /// How they are selected.
        selection: Unrated,
        /// The datagram that first announced it.
        datagram: DatagramId,
    },
    /// Selectors that are applied one after the other (RFC 5476, section 6.5.1).
    SelectionSequence {
        /// selectionSequenceId (element 301).
        id: u64,
        /// Their ids (element 302), in their order.
        selectors: &'d [u64],
        /// The datagram that first announced it.
        datagram: DatagramId,
    },
    /// The name of an interface, by its index.
    InterfaceName(u32, Text<'d>),
    /// The name of a VRF, by its number.
    VrfName(u32, Text<'d>),
    /// The name of an application, by its id as it is sent (RFC 6759).
    ApplicationName(&'d [u8], Text<'d>),
    /// The description of an application without a name, by its id.
    ApplicationDescription(&'d [u8], Text<'d>),
    /// The name of a sampler or selector.
    SamplerName(SamplerKey, Text<'d>),
    /// When the exporter started.
    SystemInit(Timestamp),
}

impl Exporter {
    /// All that it announced, in no order.
    pub(crate) fn facts(&self) -> impl Iterator<Item = Fact<'_>> {
        let rates = self.samplers.iter().map(|(selects, of, announced)| {
            let datagram = announced.datagram;
            match announced.selection {
                Selection::Rate(rate) => Fact::Rate {
                    of,
                    selects,
                    rate,
                    datagram,
                },
                Selection::WithoutRate(selection) => Fact::Unrated {
                    of,
                    selects,
                    selection,
                    datagram,
                },
            }
        });
        let sequences = self.samplers.sequences();
        let sequences = sequences.map(|(id, sequence)| Fact::SelectionSequence {
            id,
            selectors: &sequence.selectors,
            datagram: sequence.datagram,
        });
        let names = &self.names;
        let interfaces = names.interfaces.iter();
        let vrfs = names.vrfs.iter();
        let applications = names.applications.iter();
        let descriptions = names.descriptions.iter();
        let samplers = names.samplers.iter();
        rates
            .chain(sequences)
            .chain(interfaces.map(|(number, name)| Fact::InterfaceName(*number, name)))
            .chain(vrfs.map(|(number, name)| Fact::VrfName(*number, name)))
            .chain(applications.map(|(id, name)| Fact::ApplicationName(id.octets(), name)))
            .chain(descriptions.map(|(id, text)| Fact::ApplicationDescription(id.octets(), text)))
            .chain(samplers.map(|(key, name)| Fact::SamplerName(*key, name)))
            .chain(self.system_init.map(Fact::SystemInit))
    }
}
