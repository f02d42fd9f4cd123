//! Flows: one normalised view of what any protocol carries.

mod address;
mod clock;
mod column;
mod counters;
mod diffserv;
mod display;
mod icmp;
mod inner;
mod mediation;
mod message;
mod names;
mod numbers;
mod owned;
mod packet;
mod record_address;
mod sample;
mod sampling;
mod second_counters;
#[cfg(feature = "serde")]
mod serialize;
mod shape;
mod sum;
mod translation;
mod value;
mod value_names;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use self::clock::{ClockCheck, ClockRule, NoTime, TimePlan};
pub(crate) use self::clock::{NearTimes, PreparedTime, UptimeClock};
pub use self::column::FlowColumn;
pub(crate) use self::column::KnownFacts;
pub use self::icmp::IcmpRule;
pub use self::numbers::{Numbers, NumbersIter};
pub use self::owned::OwnedFlow;
pub(crate) use self::sample::SampleFlow;
pub use self::sampling::{NoSamplingRate, Sampling, SamplingRule};
pub(crate) use self::second_counters::exceed as second_counters_exceed;
pub(crate) use self::shape::SampleShape;
pub use self::sum::{Increment, Increments};
pub use self::value::FlowValue;
use crate::exporter::{Exporter, ExporterInterfaces};
use crate::field::{FlowField, normalised_fields};
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::template::{Slot, Template};
pub use crate::value::ApplicationId;
use crate::value::{MacAddress, Text};
use crate::wire::sflow;

/// One flow, borrowed from the message that carried it: a data record or an sFlow
/// sample.
///
/// Each accessor is a line of the table in [`field`](crate::field). A field that was not
/// sent is `None`, never zero. To outlive the message it becomes an [`OwnedFlow`].
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// for flow in decoded.flows() {
///     assert_eq!(flow.source_address(), Some("192.0.2.1".parse().unwrap()));
///     assert_eq!((flow.octets(), flow.packets()), (Some(1500), Some(2)));
///     assert_eq!(flow.vlan(), None); // not sent
///     assert_eq!(flow.header().observation_domain, 7);
///     println!("{flow}");
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Flow<'m> {
    source: FlowSource<'m>,
    origin: &'m Origin,
}

/// What a flow needs besides its record or sample.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) header: MessageHeader,
    /// What was learned of its exporter; nothing in the fixed versions and sFlow.
    pub(crate) exporter: Option<Arc<Exporter>>,
    /// What other domains of the exporter announced, where the caller applies that.
    pub(crate) other_domains: Vec<Arc<Exporter>>,
    /// The sampling rate that the caller configured for where none is announced.
    pub(crate) configured_rate: Option<u64>,
    /// The one that the caller configured in place of any other.
    pub(crate) override_rate: Option<u64>,
    /// The interfaces of the exporter that the caller named.
    pub(crate) interfaces: Option<Arc<ExporterInterfaces>>,
    /// The data waited for its template.
    pub(crate) late: bool,
}

/// What a flow is read from.
#[derive(Debug, Clone, Copy)]
enum FlowSource<'m> {
    Record(DataRecord<'m, 'm>),
    Sample(SampleFlow<'m>),
}

impl<'m> Flow<'m> {
    #[inline]
    pub(crate) const fn from_record(record: DataRecord<'m, 'm>, origin: &'m Origin) -> Self {
        Self {
            source: FlowSource::Record(record),
            origin,
        }
    }

    #[inline]
    pub(crate) const fn from_sample(sample: SampleFlow<'m>, origin: &'m Origin) -> Self {
        Self {
            source: FlowSource::Sample(sample),
            origin,
        }
    }

    /// The header of the message it came in.
    #[must_use]
    pub const fn header(&self) -> &'m MessageHeader {
        &self.origin.header
    }

    /// The data record, for fields that have no normalised name; `None` in sFlow.
    #[must_use]
    pub const fn record(&self) -> Option<&DataRecord<'m, 'm>> {
        match &self.source {
            FlowSource::Record(record) => Some(record),
            FlowSource::Sample(_) => None,
        }
    }

    /// The reverse direction of a biflow (RFC 5103, or the responder of a
    /// firewall) as a flow of its own: source and destination change places,
    /// counters are those of the reverse elements. `None` if the record is no
    /// biflow, or nothing came back.
    #[must_use]
    pub fn reverse(&self) -> Option<Self> {
        let reverse = Self::from_record(self.record()?.reverse()?, self.origin);
        let came = |count: Option<u64>| count.is_some_and(|count| count > 0);
        (came(reverse.packets()) || came(reverse.octets())).then_some(reverse)
    }

    /// The sFlow sample.
    #[must_use]
    pub fn sample(&self) -> Option<&sflow::Sample<'m>> {
        self.sample_flow().map(SampleFlow::sample)
    }

    /// What decides how the fields of the sample are read; `None` without one, and for one of more
    /// octets than a datagram has.
    pub(crate) fn sample_shape(&self) -> Option<SampleShape> {
        SampleShape::of(self.sample_flow()?, self.origin)
    }

    /// Whether the flow is of the sample with these octets.
    #[inline]
    pub(crate) fn is_of_sample(&self, octets: &[u8]) -> bool {
        self.sample()
            .is_some_and(|sample| core::ptr::eq(sample.octets(), octets))
    }

    /// What its message says of it.
    pub(crate) const fn origin(&self) -> &'m Origin {
        self.origin
    }

    /// The element of the record that supplies a field; `None` if the record
    /// has none, or the field is computed from several elements.
    #[must_use]
    pub fn supplied_by(&self, field: FlowField) -> Option<crate::element::ElementId> {
        let slot = self.record()?.template().plan().field(field);
        let candidate = usize::from(slot.candidate);
        field.elements().get(candidate).copied()
    }

    /// The data record, if it is of this template and origin.
    #[inline]
    pub(crate) fn record_of(
        &self,
        template: Option<&Template>,
        origin: &Origin,
    ) -> Option<&DataRecord<'m, 'm>> {
        let of_set = |record: &&DataRecord<'m, 'm>| {
            let is_template = template.is_some_and(|it| core::ptr::eq(record.template(), it));
            is_template && core::ptr::eq(self.origin, origin)
        };
        self.record().filter(of_set)
    }

    const fn sample_flow(&self) -> Option<&SampleFlow<'m>> {
        match &self.source {
            FlowSource::Record(_) => None,
            FlowSource::Sample(flow) => Some(flow),
        }
    }

    /// The octets of a field that the template knows.
    #[inline]
    fn octets_of(record: &DataRecord<'m, 'm>, field: FlowField) -> Option<&'m [u8]> {
        record.slot(record.template().plan().field(field))
    }

    #[inline]
    fn unsigned(&self, field: FlowField) -> Option<u64> {
        self.loaded(field)
            .or_else(|| self.sampled(field))
            .or_else(|| self.unsigned_by_record(field))
    }

    /// A number that the template places; it fits the type of its field.
    #[inline(always)]
    fn loaded(&self, field: FlowField) -> Option<u64> {
        let FlowSource::Record(record) = &self.source else {
            return None;
        };
        let number = record.loaded(record.template().plan().field(field))?;
        Some(without_offset(field, number))
    }

    /// A number that most samples have; it fits the type of its field.
    #[inline(always)]
    fn sampled(&self, field: FlowField) -> Option<u64> {
        match &self.source {
            FlowSource::Record(_) => None,
            FlowSource::Sample(flow) => flow.usual(field),
        }
    }

    /// A number for which the record or sample has to be looked at.
    #[inline(always)]
    fn unsigned_by_record(&self, field: FlowField) -> Option<u64> {
        let number = match &self.source {
            FlowSource::Record(record) => {
                let plan = record.template().plan();
                if !plan.field(field).is_present() && !plan.has_section() {
                    return None;
                }
                record.parts().call(field, number)
            }
            FlowSource::Sample(flow) => flow.unsigned(field),
        };
        Some(without_offset(field, number?))
    }

    fn mac(&self, field: FlowField) -> Option<MacAddress> {
        match &self.source {
            FlowSource::Record(record) => match Self::octets_of(record, field) {
                Some(octets) => Some(MacAddress(octets.try_into().ok()?)),
                None => packet::mac(&packet::section(record)?, field),
            },
            FlowSource::Sample(flow) => flow.mac(field),
        }
    }

    fn text(&self, field: FlowField) -> Option<Text<'m>> {
        match &self.source {
            FlowSource::Record(record) => Some(Text::new(Self::octets_of(record, field)?)),
            FlowSource::Sample(flow) => flow.text(field),
        }
    }

    fn octets_value(&self, field: FlowField) -> Option<&'m [u8]> {
        Self::octets_of(self.record()?, field)
    }

    fn application(&self, field: FlowField) -> Option<ApplicationId<'m>> {
        match &self.source {
            FlowSource::Record(record) => ApplicationId::parse(Self::octets_of(record, field)?),
            FlowSource::Sample(_) => None,
        }
    }
}

/// One accessor by the type of its field:
///
/// ```text
/// pub fn source_port(&self) -> Option<u16> { … self.unsigned(FlowField::SourcePort) … }
/// ```
///
/// A field that the flow computes (`flow`) has a function of its own.
macro_rules! accessor {
    ($doc:tt $variant:ident $name:ident $type:ident flow) => {};
    ($doc:tt $variant:ident $name:ident U8 $source:tt) => {
        accessor!(@number $doc $variant $name u8);
    };
    ($doc:tt $variant:ident $name:ident U16 $source:tt) => {
        accessor!(@number $doc $variant $name u16);
    };
    ($doc:tt $variant:ident $name:ident U32 $source:tt) => {
        accessor!(@number $doc $variant $name u32);
    };
    ($doc:tt $variant:ident $name:ident U64 $source:tt) => {
        accessor!(@number $doc $variant $name u64);
    };
    ($doc:tt $variant:ident $name:ident Mac $source:tt) => {
        accessor!(@ $doc $variant $name MacAddress, mac);
    };
    ($doc:tt $variant:ident $name:ident Text $source:tt) => {
        accessor!(@ $doc $variant $name Text<'m>, text);
    };
    ($doc:tt $variant:ident $name:ident Octets $source:tt) => {
        accessor!(@ $doc $variant $name &'m [u8], octets_value);
    };
    ($doc:tt $variant:ident $name:ident Application $source:tt) => {
        accessor!(@ $doc $variant $name ApplicationId<'m>, application);
    };
    (@number [$($doc:meta)+] $variant:ident $name:ident $type:ty) => {
        // Always a part of the caller, for the reason at `RecordParts`.
        $(#[$doc])+
        #[must_use]
        #[inline(always)]
        pub fn $name(&self) -> Option<$type> {
            if let Some(number) = self.loaded(FlowField::$variant) {
                return Some(<$type>::low(number));
            }
            if let Some(number) = self.sampled(FlowField::$variant) {
                return Some(<$type>::low(number));
            }
            <$type>::try_from(self.unsigned_by_record(FlowField::$variant)?).ok()
        }
    };
    (@ [$($doc:meta)+] $variant:ident $name:ident $type:ty, $read:ident) => {
        $(#[$doc])+
        #[must_use]
        #[inline]
        pub fn $name(&self) -> Option<$type> {
            self.$read(FlowField::$variant)
        }
    };
}

/// The accessors and [`Flow::get`], from the lines of the table.
macro_rules! accessors {
    ($($(#[$doc:meta])+ $variant:ident $name:ident $type:ident $unit:literal $source:tt;)+) => {
        impl<'m> Flow<'m> {
            $(accessor!([$($doc)+] $variant $name $type $source);)+

            /// A field by its line of the table.
            #[must_use]
            pub fn get(&self, field: FlowField) -> Option<FlowValue<'m>> {
                match field {
                    $(FlowField::$variant => self.$name().map(FlowValue::from),)+
                }
            }
        }
    };
}
normalised_fields!(accessors);

/// A number as the flow has it: flags without the data offset.
#[inline]
const fn without_offset(field: FlowField, number: u64) -> u64 {
    match field {
        FlowField::TcpFlags => number & TCP_FLAGS,
        _ => number,
    }
}

/// The low octets of a number that fits.
trait Low {
    fn low(number: u64) -> Self;
}

impl Low for u8 {
    #[inline]
    fn low(number: u64) -> Self {
        let [.., low] = number.to_be_bytes();
        low
    }
}

impl Low for u16 {
    #[inline]
    fn low(number: u64) -> Self {
        let [.., a, b] = number.to_be_bytes();
        Self::from_be_bytes([a, b])
    }
}

impl Low for u32 {
    #[inline]
    fn low(number: u64) -> Self {
        let [.., a, b, c, d] = number.to_be_bytes();
        Self::from_be_bytes([a, b, c, d])
    }
}

impl Low for u64 {
    #[inline]
    fn low(number: u64) -> Self {
        number
    }
}

/// The flags of TCP; the data offset above them says nothing of a flow (RFC 9565, section 3).
const TCP_FLAGS: u64 = 0x0fff;

/// The IP protocol of UDP.
const UDP: u64 = 17;

/// A number that is not at a fixed offset, or that only the packet in the record may have.
fn number(record: &DataRecord<'_, '_>, field: FlowField) -> Option<u64> {
    let plan = record.template().plan();
    let slot = plan.field(field);
    if slot.is_present() {
        if matches!(field, FlowField::Octets | FlowField::Packets) && plan.has_second_counters() {
            return second_counters::own(record, field);
        }
        if let Some(side) = translation::TranslatedSide::of_port(field) {
            return translation::port(record, side);
        }
        let of_udp = plan.udp_port(field);
        let of_udp =
            of_udp.filter(|_| record.unsigned(plan.field(FlowField::Protocol)) == Some(UDP));
        return record.unsigned(of_udp.unwrap_or(slot));
    }
    match field {
        // A record with a packet and no counter describes the packet.
        FlowField::Packets => packet::section(record).map(|_| 1),
        FlowField::Octets => packet::find(record, |packet| packet.ip_total_length()).map(u64::from),
        _ => packet::find(record, |packet| packet::unsigned(packet, field)),
    }
}

/// A load from a known place of a record.
#[inline]
fn ingredient(record: &DataRecord<'_, '_>, slot: Slot) -> Option<u64> {
    record.unsigned(slot)
}

/// Fields that are computed from several elements, or are elsewhere in sFlow.
impl Flow<'_> {
    /// Why sFlow discarded the packet.
    #[must_use]
    pub fn drop_reason(&self) -> Option<u32> {
        self.sample_flow()?.drop_reason()
    }
}
