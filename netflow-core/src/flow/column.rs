//! One field of all flows of a set: what there is to read, looked at once.

use super::Origin;
use super::clock::{TimePlan, place};
use crate::exporter::Exporter;
use crate::field::{FieldType, FlowField, Ingredient};
use crate::header::MessageHeader;
use crate::template::{FieldPlan, Slot, Template};

/// How a field of all flows of a [`Set`](crate::Set) can be read at once. The values are those
/// that [`Flow::get`](crate::Flow::get) returns for each.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, FlowColumn, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let set = decoded.sets().find(|set| set.id() == 256).unwrap();
/// let FlowColumn::Number(place) = set.column(FlowField::Octets) else { panic!() };
/// assert_eq!((place.offset, place.width), (17, 4));
/// assert!(matches!(set.column(FlowField::Vlan), FlowColumn::Absent));
/// assert!(matches!(set.column(FlowField::ExporterAddress), FlowColumn::Same));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum FlowColumn {
    /// No flow has it.
    Absent,
    /// All flows have the same value, or none has one.
    Same,
    /// A number of the width of its type or less, big-endian, at this place of
    /// each record.
    Number(FieldPlan),
    /// Some bits of a number of one octet at this place of each record: `number >> shift & mask`.
    Bits {
        /// Where the octet is.
        place: FieldPlan,
        /// Bits below them.
        shift: u8,
        /// A mask of the bits that the number has.
        mask: u8,
    },
    /// Octets at this place of each record: an IPv4 address (4), an IPv6
    /// address (16), a MAC address (6).
    Octets(FieldPlan),
    /// A time, computed from a number in each record.
    Time(TimePlan),
    /// Each flow has to be asked.
    Each,
}

/// What a record itself may say of an inner packet.
const OF_INNER: [Ingredient; 12] = [
    Ingredient::InnerSourceIpv4,
    Ingredient::InnerSourceIpv6,
    Ingredient::InnerDestinationIpv4,
    Ingredient::InnerDestinationIpv6,
    Ingredient::InnerSourcePort,
    Ingredient::InnerDestinationPort,
    Ingredient::InnerProtocol,
    Ingredient::TenantSource,
    Ingredient::TenantDestination,
    Ingredient::TenantSourcePort,
    Ingredient::TenantDestinationPort,
    Ingredient::TenantProtocol,
];

/// Which facts about the flows of a set are known besides their records. With the template and
/// the times of the header, nothing else decides how a field is read. A bit each, since they are
/// compared for every set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownFacts(u8);

impl KnownFacts {
    /// Options announced samplers.
    const SAMPLERS: Self = Self(1);
    /// Options announced names.
    const NAMES: Self = Self(2);
    /// The caller configured a sampling rate for where none is announced.
    const CONFIGURED_RATE: Self = Self(4);
    /// The caller configured one in place of any other.
    const OVERRIDE_RATE: Self = Self(8);
    /// The header has one.
    const HEADER_RATE: Self = Self(16);
    /// The caller named interfaces of the exporter.
    const INTERFACES: Self = Self(32);

    /// The facts known about flows of this origin.
    #[inline]
    pub(crate) fn of(origin: &Origin) -> Self {
        let facts = Self(0)
            .with_if(Self::CONFIGURED_RATE, origin.configured_rate.is_some())
            .with_if(Self::OVERRIDE_RATE, origin.override_rate.is_some())
            .with_if(Self::HEADER_RATE, origin.header.sampling.is_some())
            .with_if(Self::INTERFACES, origin.interfaces.is_some());
        let facts = match &origin.exporter {
            Some(exporter) => facts.with_options(exporter),
            None => facts,
        };
        // The other observation domains whose options apply.
        let others = origin.other_domains.iter();
        others.fold(facts, |facts, exporter| facts.with_options(exporter))
    }

    #[inline]
    fn with_options(self, exporter: &Exporter) -> Self {
        self.with_if(Self::SAMPLERS, !exporter.samplers.is_empty())
            .with_if(Self::NAMES, !exporter.names.is_empty())
    }

    #[inline]
    const fn with_if(self, fact: Self, is_known: bool) -> Self {
        if is_known {
            Self(self.0 | fact.0)
        } else {
            self
        }
    }

    const fn has(self, fact: Self) -> bool {
        self.0 & fact.0 != 0
    }
}

impl FlowColumn {
    /// How a field is read from records of this template, under these known facts.
    pub(crate) fn new(
        field: FlowField,
        template: &Template,
        header: &MessageHeader,
        facts: KnownFacts,
    ) -> Self {
        if field.elements().is_empty() {
            let worked = Worked {
                template,
                header,
                facts,
            };
            worked.column(field)
        } else {
            direct(field, template)
        }
    }

    /// A field that is computed only from these elements.
    fn each_if(is_any: bool) -> Self {
        if is_any { Self::Each } else { Self::Absent }
    }
}

/// A field that one element supplies.
fn direct(field: FlowField, template: &Template) -> FlowColumn {
    if !template.plan().field(field).is_present() {
        return FlowColumn::each_if(template.plan().has_section());
    }
    let room = match field.field_type() {
        FieldType::U8 => 1,
        FieldType::U16 => 2,
        FieldType::U32 => 4,
        FieldType::U64 => 8,
        FieldType::Mac => {
            let place = template.field_plan(field).filter(|place| place.width == 6);
            return place.map_or(FlowColumn::Each, FlowColumn::Octets);
        }
        _ => 0,
    };
    // Flags in two octets have the data offset above them, which the flow leaves out.
    let room = if field == FlowField::TcpFlags {
        1
    } else {
        room
    };
    let place = template.field_plan(field);
    let place = place.filter(|place| (1..=room).contains(&place.width));
    place.map_or(FlowColumn::Each, FlowColumn::Number)
}

/// The template has one of these elements.
fn has(template: &Template, ingredients: &[Ingredient]) -> bool {
    let plan = template.plan();
    let is_present = |ingredient: &Ingredient| plan.ingredient(*ingredient).is_present();
    ingredients.iter().any(is_present)
}

/// The fields that the flow computes.
struct Worked<'t> {
    template: &'t Template,
    header: &'t MessageHeader,
    facts: KnownFacts,
}

impl Worked<'_> {
    fn column(&self, field: FlowField) -> FlowColumn {
        use Ingredient as I;
        match field {
            field if field.is_of_message() => FlowColumn::Same,
            FlowField::Start => self.time(I::Start),
            FlowField::End => self.time(I::End),
            // Without times, the reason is the same of all.
            FlowField::Clock if !self.template.plan().has_times() => FlowColumn::Same,
            FlowField::Clock => FlowColumn::Each,
            FlowField::ClockSuspect => FlowColumn::each_if(self.template.plan().has_times()),
            FlowField::Duration => FlowColumn::each_if(
                self.template.plan().has_times()
                    || self.has(&[I::DurationMilliseconds, I::DurationMicroseconds]),
            ),
            FlowField::SourceAddress => self.address(I::SourceIpv4, I::SourceIpv6, true),
            FlowField::DestinationAddress => {
                self.address(I::DestinationIpv4, I::DestinationIpv6, true)
            }
            FlowField::NextHop => self.address(I::NextHopIpv4, I::NextHopIpv6, false),
            FlowField::BgpNextHop => self.address(I::BgpNextHopIpv4, I::BgpNextHopIpv6, false),
            // Zeros may mean that there was no translation.
            FlowField::PostNatSourceAddress => {
                FlowColumn::each_if(self.has(&[I::PostNatSourceIpv4, I::PostNatSourceIpv6]))
            }
            FlowField::PostNatDestinationAddress => FlowColumn::each_if(
                self.has(&[I::PostNatDestinationIpv4, I::PostNatDestinationIpv6]),
            ),
            FlowField::SourcePrefixLength => {
                self.prefix_length(I::SourcePrefixIpv4, I::SourcePrefixIpv6)
            }
            FlowField::DestinationPrefixLength => {
                self.prefix_length(I::DestinationPrefixIpv4, I::DestinationPrefixIpv6)
            }
            FlowField::IpVersion => self.ip_version(),
            FlowField::SamplingRate | FlowField::Sampling => self.sampling(),
            FlowField::OctetsScaled | FlowField::PacketsScaled => {
                let counter = match field {
                    FlowField::OctetsScaled => FlowField::Octets,
                    _ => FlowField::Packets,
                };
                FlowColumn::each_if(
                    !matches!(direct(counter, self.template), FlowColumn::Absent)
                        && !matches!(self.sampling(), FlowColumn::Absent),
                )
            }
            FlowField::MplsLabels => {
                FlowColumn::each_if(self.has(&[I::MplsLabel1, I::DataLinkFrame, I::MplsLabelStack]))
            }
            // Only sFlow carries these.
            FlowField::AsPath
            | FlowField::DropReason
            | FlowField::TunnelSourceAddress
            | FlowField::TunnelDestinationAddress => FlowColumn::Absent,
            FlowField::Communities => {
                FlowColumn::each_if(self.has(&[I::Community, I::DestinationCommunities]))
            }
            FlowField::SourceCommunities => FlowColumn::each_if(self.has(&[I::SourceCommunities])),
            FlowField::ExtendedCommunities => FlowColumn::each_if(
                self.has(&[I::ExtendedCommunity, I::DestinationExtendedCommunities]),
            ),
            FlowField::LargeCommunities => {
                FlowColumn::each_if(self.has(&[I::LargeCommunity, I::DestinationLargeCommunities]))
            }
            FlowField::Counters => self.counters(),
            FlowField::Dscp if self.has(&[I::DiffServ]) => FlowColumn::Each,
            FlowField::Dscp => self.of_tos(2, 0x3f),
            FlowField::Ecn => self.of_tos(0, 0b11),
            FlowField::PostDscp => FlowColumn::each_if(self.has(&[I::PostDiffServ, I::PostTos])),
            _ => self.of_name(field),
        }
    }

    /// The column of a name, in the record or announced; of another field, that of
    /// [`of_packet`](Self::of_packet).
    fn of_name(&self, field: FlowField) -> FlowColumn {
        use Ingredient as I;
        match field {
            FlowField::InputInterfaceName => self.interface_name(FlowField::InputInterface),
            FlowField::OutputInterfaceName => self.interface_name(FlowField::OutputInterface),
            FlowField::SamplerName => FlowColumn::each_if(
                self.has(&[I::SamplerName])
                    || self.facts.has(KnownFacts::NAMES)
                        && self.has(&[I::SamplerId, I::SelectorId]),
            ),
            FlowField::IngressVrfName => self.sent_or_named(&[I::VrfName], FlowField::IngressVrf),
            FlowField::EgressVrfName => self.sent_or_named(&[I::VrfName], FlowField::EgressVrf),
            FlowField::ApplicationName => self.sent_or_named(
                &[I::ApplicationName, I::ApplicationDescription],
                FlowField::ApplicationId,
            ),
            _ => self.of_packet(field),
        }
    }

    /// The column of a field that a packet in the record may have; of another, that of its elements.
    fn of_packet(&self, field: FlowField) -> FlowColumn {
        use Ingredient as I;
        match field {
            FlowField::OriginalExporterAddress => FlowColumn::each_if(self.has(&[
                I::OriginalExporterIpv4,
                I::OriginalExporterIpv6,
                I::ExporterIpv4,
                I::ExporterIpv6,
            ])),
            FlowField::StationAddress => FlowColumn::each_if(self.has(&[I::Station])),
            FlowField::TunnelId => {
                FlowColumn::each_if(self.template.plan().has_section() || self.has(&[I::SegmentId]))
            }
            FlowField::IcmpType => self.icmp([I::IcmpType, I::Icmpv6Type]),
            FlowField::IcmpCode => self.icmp([I::IcmpCode, I::Icmpv6Code]),
            FlowField::TunnelType if self.has(&[I::SegmentId]) => FlowColumn::Each,
            FlowField::TunnelType
            | FlowField::InnerSourceAddress
            | FlowField::InnerDestinationAddress
            | FlowField::InnerSourcePort
            | FlowField::InnerDestinationPort
            | FlowField::InnerProtocol => FlowColumn::each_if(
                self.template.plan().has_section() || self.has(&OF_INNER) || self.has_both(),
            ),
            _ => FlowColumn::Each,
        }
    }

    fn has(&self, ingredients: &[Ingredient]) -> bool {
        has(self.template, ingredients)
    }

    /// Present where a counter is, and the same of all records, but for those of firewalls.
    fn counters(&self) -> FlowColumn {
        let counter = [FlowField::Octets, FlowField::Packets]
            .into_iter()
            .map(|counter| direct(counter, self.template))
            .find(|column| !matches!(column, FlowColumn::Absent));
        let event = direct(FlowField::FirewallEvent, self.template);
        match (counter, event) {
            (None, _) => FlowColumn::Absent,
            (Some(FlowColumn::Number(_)), FlowColumn::Absent) => FlowColumn::Same,
            _ => FlowColumn::Each,
        }
    }

    /// A part of the type of service.
    fn of_tos(&self, shift: u8, mask: u8) -> FlowColumn {
        match direct(FlowField::Tos, self.template) {
            FlowColumn::Absent => FlowColumn::Absent,
            FlowColumn::Number(place) => FlowColumn::Bits { place, shift, mask },
            _ => FlowColumn::Each,
        }
    }

    /// The one that goes with the version of the address, if there are two.
    fn prefix_length(&self, v4: Ingredient, v6: Ingredient) -> FlowColumn {
        let (four, six) = (self.slot(v4), self.slot(v6));
        let place = match (four.is_present(), six.is_present()) {
            (true, false) => place(four, v4),
            (false, true) => place(six, v6),
            (false, false) => return FlowColumn::Absent,
            (true, true) => None,
        };
        let place = place.filter(|place| place.width == 1);
        place.map_or(FlowColumn::Each, FlowColumn::Number)
    }

    /// Addresses of both versions, of which one may be inside the other.
    fn has_both(&self) -> bool {
        use Ingredient as I;
        self.has(&[I::SourceIpv4, I::DestinationIpv4])
            && self.has(&[I::SourceIpv6, I::DestinationIpv6])
    }

    fn slot(&self, ingredient: Ingredient) -> Slot {
        self.template.plan().ingredient(ingredient)
    }

    fn time(&self, ingredient: Ingredient) -> FlowColumn {
        match TimePlan::new(self.template, self.header, ingredient) {
            Some(plan) => FlowColumn::Time(plan),
            None => FlowColumn::each_if(self.template.plan().has_times()),
        }
    }

    /// An address of one of two elements, else of the packet in the record.
    fn address(&self, v4: Ingredient, v6: Ingredient, of_packet: bool) -> FlowColumn {
        let (four, six) = (self.slot(v4), self.slot(v6));
        let place = match (four.is_array::<4>(), six.is_array::<16>()) {
            (true, false) if !six.is_present() => place(four, v4),
            (false, true) if !four.is_present() => place(six, v6),
            _ => None,
        };
        let is_any = four.is_present() || six.is_present();
        match place {
            Some(place) => FlowColumn::Octets(place),
            None => FlowColumn::each_if(is_any || of_packet && self.template.plan().has_section()),
        }
    }

    /// The IP version: as sent, else by an address that all records have.
    fn ip_version(&self) -> FlowColumn {
        let source = self.column(FlowField::SourceAddress);
        match source {
            FlowColumn::Octets(_) if !self.has(&[Ingredient::IpVersion]) => FlowColumn::Same,
            _ => FlowColumn::Each,
        }
    }

    /// Type or code of ICMP: in elements of ICMP, else present if the protocol is ICMP.
    fn icmp(&self, own: [Ingredient; 2]) -> FlowColumn {
        let both = [Ingredient::IcmpTypeCode, Ingredient::Icmpv6TypeCode];
        let has_protocol = !matches!(
            direct(FlowField::Protocol, self.template),
            FlowColumn::Absent
        );
        FlowColumn::each_if(has_protocol || self.has(&own) || self.has(&both))
    }

    /// The sampling rate: from the record, its sampler or interface; else from header or
    /// configuration.
    fn sampling(&self) -> FlowColumn {
        if self.facts.has(KnownFacts::OVERRIDE_RATE) {
            FlowColumn::Same
        } else if self.template.plan().has_rate()
            || self.template.plan().has_selection()
            || self.facts.has(KnownFacts::SAMPLERS)
        {
            FlowColumn::Each
        } else if self.facts.has(KnownFacts::CONFIGURED_RATE)
            || self.facts.has(KnownFacts::HEADER_RATE)
        {
            FlowColumn::Same
        } else {
            FlowColumn::Absent
        }
    }

    /// The name of an interface: in the record, announced, or configured.
    fn interface_name(&self, of: FlowField) -> FlowColumn {
        let is_configured = self.facts.has(KnownFacts::INTERFACES)
            && !matches!(direct(of, self.template), FlowColumn::Absent);
        match self.sent_or_named(&[Ingredient::InterfaceName], of) {
            FlowColumn::Absent => FlowColumn::each_if(is_configured),
            joined => joined,
        }
    }

    /// A name in the record, or one that options announced for a number of it.
    fn sent_or_named(&self, sent: &[Ingredient], of: FlowField) -> FlowColumn {
        match self.name(of) {
            FlowColumn::Absent => FlowColumn::each_if(self.has(sent)),
            joined => joined,
        }
    }

    /// A name that options announced for a number of the record.
    fn name(&self, of: FlowField) -> FlowColumn {
        let is_any = self.facts.has(KnownFacts::NAMES)
            && !matches!(direct(of, self.template), FlowColumn::Absent);
        FlowColumn::each_if(is_any)
    }
}
