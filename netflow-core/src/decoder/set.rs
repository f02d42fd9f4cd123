//! One checked set of a message: its content and the iterators over it.

use alloc::sync::Arc;

use super::samples::MeasuredFlows;
use super::scratch::{Content, ScratchRef, SetSlot};
use crate::field::FlowField;
#[cfg(feature = "encode")]
use crate::flow::SampleFlow;
use crate::flow::{Flow, FlowColumn, KnownFacts, Origin};
use crate::header::MessageHeader;
use crate::record::{DataRecord, MeasuredRecord, Segments, measure};
use crate::template::Template;
use crate::wire::sflow;
use crate::wire::template::{TemplateRecord, TemplateRecords};

/// What a set holds.
///
/// ```
/// use netflow_core::{Decoder, Limits, SetKind, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let kinds: Vec<SetKind> = decoded.sets().map(|set| set.kind()).collect();
/// assert_eq!(
///     kinds,
///     [
///         SetKind::Templates,
///         SetKind::OptionsTemplates,
///         SetKind::Options,
///         SetKind::Options,
///         SetKind::Data,
///     ]
/// );
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetKind {
    /// Data records of flows.
    Data,
    /// Data records of options.
    Options,
    /// Template records.
    Templates,
    /// Options template records.
    OptionsTemplates,
    /// Data whose template is not known.
    NoTemplate,
    /// A reserved set.
    Reserved,
    /// The samples of an sFlow datagram.
    Samples,
}

/// One Set (RFC 7011, section 3.3), the records of a fixed version, or the
/// samples of an sFlow datagram.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// assert_eq!(decoded.sets().map(|set| set.id()).collect::<Vec<u16>>(), [2, 3, 257, 258, 256]);
/// let data = decoded.sets().last().unwrap();
/// assert_eq!((data.records().count(), data.flows().count()), (1, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Set<'m> {
    content: ScratchRef<'m>,
    slot: &'m SetSlot,
    origin: &'m Origin,
}

impl<'m> Set<'m> {
    #[inline]
    pub(super) const fn new(
        content: ScratchRef<'m>,
        slot: &'m SetSlot,
        origin: &'m Origin,
    ) -> Self {
        Self {
            content,
            slot,
            origin,
        }
    }

    /// The header of the message that it arrived in.
    #[must_use]
    pub const fn header(&self) -> &'m MessageHeader {
        &self.origin.header
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> SetKind {
        match &self.slot.content {
            Content::Records(template) if template.is_options() => SetKind::Options,
            Content::Records(_) => SetKind::Data,
            Content::Templates { options: false, .. } => SetKind::Templates,
            Content::Templates { options: true, .. } => SetKind::OptionsTemplates,
            Content::NoTemplate => SetKind::NoTemplate,
            Content::Reserved => SetKind::Reserved,
            Content::Samples => SetKind::Samples,
        }
    }

    /// The set id; 0 in the fixed versions and sFlow.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.slot.id
    }

    /// Octets of the payload before the set.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.slot.offset
    }

    /// Whether it waited for its template.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.slot.late.is_some()
    }

    /// The header of the message that brought the template it waited for.
    #[must_use]
    pub fn template_header(&self) -> Option<&'m MessageHeader> {
        Some(&self.content.origin(self.slot.late?)?.header)
    }

    /// The octets after its header.
    #[must_use]
    pub fn body(&self) -> &'m [u8] {
        let octets = if self.slot.is_joined {
            &self.content.scratch.joined
        } else if self.is_late() {
            &self.content.scratch.late
        } else {
            self.content.payload
        };
        octets.get(self.slot.body.clone()).unwrap_or_default()
    }

    /// Octets at the end of the body that are not part of a record.
    #[must_use]
    pub const fn padding(&self) -> usize {
        self.slot.padding
    }

    /// The template of its data records.
    #[must_use]
    pub fn template(&self) -> Option<&'m Template> {
        self.shared_template().map(Arc::as_ref)
    }

    /// The template, shared: as long as it is held, no other template has its address.
    #[must_use]
    pub const fn shared_template(&self) -> Option<&'m Arc<Template>> {
        match &self.slot.content {
            Content::Records(template) => Some(template),
            _ => None,
        }
    }

    /// Sets of joined records stand in its place.
    pub(super) fn is_joined_apart(&self) -> bool {
        !self.slot.joined.is_empty()
    }

    pub(super) const fn slot(&self) -> &'m SetSlot {
        self.slot
    }

    /// One of its data records as a flow.
    #[must_use]
    pub const fn flow(&self, record: DataRecord<'m, 'm>) -> Flow<'m> {
        Flow::from_record(record, self.origin)
    }

    /// Its flow samples as flows.
    #[cfg(feature = "encode")]
    pub(crate) fn sample_flows(&self) -> impl Iterator<Item = Flow<'m>> + use<'m> {
        let origin = self.origin;
        self.samples()
            .filter_map(|sample| SampleFlow::new(sample, false))
            .map(move |flow| Flow::from_sample(flow, origin))
    }

    /// Whether the caller named interfaces of the exporter
    /// ([`Decoder::with_configured_interfaces`](crate::Decoder::with_configured_interfaces)).
    #[must_use]
    pub const fn has_configured_interfaces(&self) -> bool {
        self.origin.interfaces.is_some()
    }

    /// What was decoded with it.
    pub(super) const fn content(&self) -> ScratchRef<'m> {
        self.content
    }

    /// What its flows need besides their records.
    #[inline]
    pub(crate) const fn origin(&self) -> &'m Origin {
        self.origin
    }

    #[inline]
    pub(super) fn is_options(&self) -> bool {
        self.template().is_some_and(Template::is_options)
    }

    /// How this field of all its flows can be read at once, such as a number at the
    /// same offset in each record.
    ///
    /// ```
    /// use netflow_core::field::FlowField;
    /// use netflow_core::{Datagram, Decoder, FlowColumn, Limits, Timestamp, Transport};
    ///
    /// // NetFlow v5: a header that counts one record, and the record.
    /// let mut payload = [0; 24 + 48];
    /// payload[1] = 5;
    /// payload[3] = 1;
    /// let mut decoder = Decoder::new(Limits::default());
    /// let exporter = "198.51.100.1:50000".parse().unwrap();
    /// let received = Timestamp::from_secs(1_700_000_000);
    /// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
    /// let set = decoded.sets().next().unwrap();
    /// let FlowColumn::Number(place) = set.column(FlowField::Octets) else { panic!() };
    /// assert_eq!((place.offset, place.width), (20, 4));
    /// assert!(matches!(set.column(FlowField::Late), FlowColumn::Same));
    /// assert!(matches!(set.column(FlowField::Vlan), FlowColumn::Absent));
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    #[must_use]
    pub fn column(&self, field: FlowField) -> FlowColumn {
        match self.template() {
            Some(template) => {
                let facts = KnownFacts::of(self.origin);
                FlowColumn::new(field, template, &self.origin.header, facts)
            }
            None => FlowColumn::Each,
        }
    }

    /// Number of its data records; 0 if it holds something else.
    #[must_use]
    #[inline]
    pub fn record_count(&self) -> usize {
        self.template().map_or(0, |_| self.slot.count)
    }

    /// Its data records; none if it holds something else.
    #[must_use]
    pub fn records(&self) -> Records<'m> {
        Records {
            rest: self.body(),
            left: self.slot.count,
            template: self.template(),
            lists: self.content.lists(self.slot),
            measured: self.measured(),
        }
    }

    /// Its records, if they are of variable length and were measured.
    pub(crate) fn measured(&self) -> &'m [MeasuredRecord] {
        self.content.measured(self.slot)
    }

    /// The flows of its samples, if all were measured.
    pub(super) fn measured_flows(&self) -> Option<MeasuredFlows<'m>> {
        let samples = self.content.samples(self.slot)?;
        Some(MeasuredFlows::new(self.body(), samples))
    }

    /// Its template records; none if it holds something else.
    #[must_use]
    pub fn template_records(&self) -> SetTemplateRecords<'m> {
        let records = match self.slot.content {
            Content::Templates { dialect, options } => Some(TemplateRecords::new(
                self.body(),
                self.slot.body.start,
                dialect,
                options,
            )),
            _ => None,
        };
        SetTemplateRecords { records }
    }

    /// Its samples; none if it holds something else.
    #[must_use]
    pub fn samples(&self) -> Samples<'m> {
        match self.slot.content {
            Content::Samples => match sflow::Datagram::parse(self.body()) {
                Ok(datagram) => Samples(datagram.samples()),
                Err(_) => Samples::EMPTY,
            },
            _ => Samples::EMPTY,
        }
    }
}

/// The data records of a set.
#[derive(Debug, Clone)]
pub struct Records<'m> {
    rest: &'m [u8],
    left: usize,
    template: Option<&'m Template>,
    lists: &'m [Arc<Template>],
    /// What is known of those of variable length.
    measured: &'m [MeasuredRecord],
}

impl Records<'_> {
    pub(super) const EMPTY: Self = Self {
        rest: &[],
        left: 0,
        template: None,
        lists: &[],
        measured: &[],
    };
}

impl<'m> Iterator for Records<'m> {
    type Item = DataRecord<'m, 'm>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let template = self.template?;
        self.left = self.left.checked_sub(1)?;
        let (len, segments) = match template.record_len() {
            Some(len) => (len, Segments::default()),
            None => match self.measured.split_first() {
                Some((record, others)) => {
                    self.measured = others;
                    (record.len(), record.segments())
                }
                None => measure(self.rest, template)?,
            },
        };
        let reach = self.rest;
        let (octets, rest) = reach.split_at_checked(len)?;
        self.rest = rest;
        Some(DataRecord::new(octets, template, self.lists, segments).with_reach(reach))
    }

    /// Records of one length, and those that were measured, are passed over at once.
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let passed = n.min(self.left);
        let octets = match (self.template?.record_len(), self.measured.first()) {
            (Some(len), _) => passed.checked_mul(len)?,
            (None, Some(first)) => {
                self.left = self.left.saturating_sub(passed);
                self.measured = self.measured.get(passed..)?;
                let next = self.measured.first()?;
                self.rest = self
                    .rest
                    .get(next.start(0).checked_sub(first.start(0))?..)?;
                return self.next();
            }
            (None, None) => {
                self.by_ref().take(passed).for_each(drop);
                return self.next();
            }
        };
        self.left = self.left.saturating_sub(passed);
        self.rest = self.rest.get(octets..)?;
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.template.map_or(0, |_| self.left);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Records<'_> {}

/// The template records of a set that could be read.
#[derive(Debug, Clone)]
pub struct SetTemplateRecords<'m> {
    records: Option<TemplateRecords<'m>>,
}

impl<'m> Iterator for SetTemplateRecords<'m> {
    type Item = TemplateRecord<'m>;

    fn next(&mut self) -> Option<Self::Item> {
        self.records.as_mut()?.find_map(Result::ok)
    }
}

/// The samples of a set that could be read.
#[derive(Debug, Clone)]
pub struct Samples<'m>(sflow::Samples<'m>);

impl Samples<'_> {
    pub(super) const EMPTY: Self = Self(sflow::Samples::EMPTY);
}

impl<'m> Iterator for Samples<'m> {
    type Item = sflow::Sample<'m>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        // What is wrong after them was reported when the datagram was validated.
        self.0.sample()
    }
}
