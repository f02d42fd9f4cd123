//! Fields that are lists of numbers: label stacks, AS paths, BGP communities.

use super::{Flow, FlowSource, packet};
use crate::element::DataType;
use crate::field::Ingredient;
use crate::packet::{MplsLabel, MplsLabels};
use crate::record::{DataRecord, List, ListValues};
use crate::wire::sflow::{AsPathSegments, Words};

/// The sections of a label stack, each an element of its own.
const SECTIONS: [Ingredient; 10] = [
    Ingredient::MplsLabel1,
    Ingredient::MplsLabel2,
    Ingredient::MplsLabel3,
    Ingredient::MplsLabel4,
    Ingredient::MplsLabel5,
    Ingredient::MplsLabel6,
    Ingredient::MplsLabel7,
    Ingredient::MplsLabel8,
    Ingredient::MplsLabel9,
    Ingredient::MplsLabel10,
];

impl<'m> Flow<'m> {
    /// MPLS labels (20 bits each), from the top: from the record's sections of the stack (70 to
    /// 79), else from the packet that it carries (315, 316).
    #[must_use]
    pub fn mpls_labels(&self) -> Option<Numbers<'m>> {
        let labels = match &self.source {
            FlowSource::Record(record) => {
                let sections = NumberSource::Sections(*record, 0);
                return Numbers::new(NumbersIter(sections)).or_else(|| {
                    let labels = packet::section(record)?.mpls_labels();
                    Numbers::new(NumbersIter(NumberSource::Packet(labels)))
                });
            }
            FlowSource::Sample(flow) => match flow.mpls() {
                Some(stack) => NumberSource::Stack(stack.in_stack),
                None => NumberSource::Packet(flow.packet().mpls_labels()),
            },
        };
        Numbers::new(NumbersIter(labels))
    }

    /// AS path to the destination, with all its segments.
    #[must_use]
    pub fn as_path(&self) -> Option<Numbers<'m>> {
        let gateway = self.sample_flow()?.gateway()?;
        Numbers::new(NumbersIter(NumberSource::Path(
            gateway.dst_as_path,
            Words::default(),
        )))
    }

    /// BGP communities of the route to the destination, each `AS * 65536 + value`: from sFlow, from
    /// bgpDestinationCommunityList (485), or bgpCommunity (483) if that is not sent (RFC 8549).
    #[must_use]
    pub fn communities(&self) -> Option<Numbers<'m>> {
        if let Some(sample) = self.sample_flow() {
            let communities = sample.gateway()?.communities;
            return Numbers::new(NumbersIter(NumberSource::Words(communities)));
        }
        self.list(Ingredient::DestinationCommunities, COMMUNITY_LEN)
            .or_else(|| self.words(Ingredient::Community, COMMUNITY_LEN))
    }

    /// BGP communities of the route to the source, each `AS * 65536 + value`
    /// (bgpSourceCommunityList 484, RFC 8549).
    #[must_use]
    pub fn source_communities(&self) -> Option<Numbers<'m>> {
        self.list(Ingredient::SourceCommunities, COMMUNITY_LEN)
    }

    /// BGP extended communities (RFC 4360) of the route to the destination, two numbers each: the
    /// first and the last four octets (bgpDestinationExtendedCommunityList 488, else
    /// bgpExtendedCommunity 486; RFC 8549).
    #[must_use]
    pub fn extended_communities(&self) -> Option<Numbers<'m>> {
        let list = Ingredient::DestinationExtendedCommunities;
        self.list(list, EXTENDED_COMMUNITY_LEN)
            .or_else(|| self.words(Ingredient::ExtendedCommunity, EXTENDED_COMMUNITY_LEN))
    }

    /// BGP large communities (RFC 8092) of the route to the destination, three numbers each
    /// (bgpDestinationLargeCommunityList 491, else bgpLargeCommunity 489; RFC 8549).
    #[must_use]
    pub fn large_communities(&self) -> Option<Numbers<'m>> {
        let list = Ingredient::DestinationLargeCommunities;
        self.list(list, LARGE_COMMUNITY_LEN)
            .or_else(|| self.words(Ingredient::LargeCommunity, LARGE_COMMUNITY_LEN))
    }

    /// The values of a basicList whose values have this length.
    fn list(&self, element: Ingredient, value_len: usize) -> Option<Numbers<'m>> {
        let octets = self.octets_of_ingredient(element)?;
        let List::Basic(list) = List::parse(DataType::BasicList, octets, &[])? else {
            return None;
        };
        let values = NumberSource::Values(list.values(), Words::default(), value_len);
        Numbers::new(NumbersIter(values))
    }

    /// The one value of an element of this length.
    fn words(&self, element: Ingredient, value_len: usize) -> Option<Numbers<'m>> {
        let octets = self.octets_of_ingredient(element)?;
        let words = Words::new(octets).filter(|_| octets.len() == value_len)?;
        Numbers::new(NumbersIter(NumberSource::Words(words)))
    }

    fn octets_of_ingredient(&self, element: Ingredient) -> Option<&'m [u8]> {
        let record = self.record()?;
        record.slot(record.template().plan().ingredient(element))
    }
}

/// One section of a label stack (mplsTopLabelStackSection and those that follow, 70 to 79).
struct Section {
    label: u32,
    traffic_class: u8,
    is_bottom: bool,
}

impl Section {
    const fn is_zero(&self) -> bool {
        self.label == 0 && self.traffic_class == 0 && !self.is_bottom
    }
}

/// The section at this depth. It has three octets, without the time to live; some exporters send
/// the whole entry of four (RFC 3032, section 2.1).
fn section(record: &DataRecord<'_, '_>, depth: usize) -> Option<Section> {
    let section = *SECTIONS.get(depth)?;
    let slot = record.template().plan().ingredient(section);
    if !slot.is_present() {
        return None;
    }
    let entry = match *record.slot(slot)? {
        [high, middle, low] | [high, middle, low, _] => MplsLabel::from([high, middle, low, 0]),
        _ => return None,
    };
    Some(Section {
        label: entry.label,
        traffic_class: entry.traffic_class,
        is_bottom: entry.bottom,
    })
}

/// Octets of a BGP community (RFC 1997).
const COMMUNITY_LEN: usize = 4;
/// Octets of an extended community (RFC 4360, section 2).
const EXTENDED_COMMUNITY_LEN: usize = 8;
/// Octets of a large community (RFC 8092, section 3).
const LARGE_COMMUNITY_LEN: usize = 12;

/// A list of 32-bit numbers that is not empty.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// // IPFIX: template 256 of two sections of a label stack, and one record.
/// let payload = [
///     0, 10, 0, 42, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1, 0, 0, 0, 7, // header
///     0, 2, 0, 16, 1, 0, 0, 2, 0, 70, 0, 3, 0, 71, 0, 3, // 70 and 71, three octets each
///     1, 0, 0, 10, 0, 6, 0x40, 0, 0xc, 0x81, // labels 100 and 200, the bottom
/// ];
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix().with_payload(&payload))?;
/// let labels = decoded.flows().next().unwrap().mpls_labels().unwrap();
/// assert_eq!(labels.iter().collect::<Vec<u32>>(), [100, 200]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Numbers<'m>(NumbersIter<'m>);

impl<'m> Numbers<'m> {
    fn new(numbers: NumbersIter<'m>) -> Option<Self> {
        numbers.clone().next()?;
        Some(Self(numbers))
    }

    /// The numbers that these octets are, four each.
    pub(super) fn of_words(octets: &'m [u8]) -> Option<Self> {
        Self::new(NumbersIter(NumberSource::Words(Words::new(octets)?)))
    }

    /// The numbers, in order.
    #[must_use]
    pub fn iter(&self) -> NumbersIter<'m> {
        self.0.clone()
    }
}

impl<'m> IntoIterator for Numbers<'m> {
    type Item = u32;
    type IntoIter = NumbersIter<'m>;

    fn into_iter(self) -> NumbersIter<'m> {
        self.0
    }
}

impl<'m> IntoIterator for &Numbers<'m> {
    type Item = u32;
    type IntoIter = NumbersIter<'m>;

    fn into_iter(self) -> NumbersIter<'m> {
        self.iter()
    }
}

/// The numbers of a list.
#[derive(Debug, Clone)]
pub struct NumbersIter<'m>(NumberSource<'m>);

/// Where the numbers are.
#[derive(Debug, Clone)]
enum NumberSource<'m> {
    /// Sections of a label stack in a record, and how many were passed.
    Sections(DataRecord<'m, 'm>, usize),
    /// Labels in a sampled packet.
    Packet(MplsLabels<'m>),
    /// Entries of a label stack, four octets each.
    Stack(Words<'m>),
    /// Segments of an AS path, and what is left of the present one.
    Path(AsPathSegments<'m>, Words<'m>),
    /// Plain numbers.
    Words(Words<'m>),
    /// Values of a basicList, the rest of the present one, and octets of each.
    Values(ListValues<'m, 'm>, Words<'m>, usize),
}

impl Iterator for NumbersIter<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match &mut self.0 {
            NumberSource::Sections(record, passed) => {
                let section = section(record, *passed)?;
                *passed = passed.saturating_add(1);
                if section.is_zero() {
                    // After the bottom of the stack sections are sent as zero. Before another
                    // label zero is explicit null (RFC 4182), which need not be the bottom.
                    let mut others = *passed..SECTIONS.len();
                    let is_sent =
                        |at| self::section(record, at).is_some_and(|next| !next.is_zero());
                    others.any(is_sent).then_some(())?;
                }
                if section.is_bottom {
                    *passed = SECTIONS.len();
                }
                Some(section.label)
            }
            NumberSource::Packet(labels) => labels.next().map(|label| label.label),
            NumberSource::Stack(entries) => entries.next().map(|entry| entry >> 12),
            NumberSource::Path(segments, words) => loop {
                if let Some(number) = words.next() {
                    return Some(number);
                }
                *words = segments.next()?.autonomous_systems;
            },
            NumberSource::Words(words) => words.next(),
            NumberSource::Values(values, words, value_len) => loop {
                if let Some(number) = words.next() {
                    return Some(number);
                }
                let octets = values.next()?.octets();
                *words = Words::new(octets).filter(|_| octets.len() == *value_len)?;
            },
        }
    }
}
