//! Fields that are named once, found once in each template, and read from many flows.

mod templates;

use alloc::boxed::Box;
use core::net::IpAddr;

use self::templates::ProjectedTemplates;
pub use self::templates::ProjectionKey;
use crate::decoder::Set;
use crate::field::FlowField;
use crate::flow::{Flow, FlowColumn, FlowValue, Origin};
use crate::template::{FieldPlan, Template};
use crate::time::Timestamp;
use crate::value::MacAddress;

/// Some fields of flows, in the caller's order.
///
/// A flow has about a hundred fields and a template a dozen of them, so most of what
/// [`Flow::get`] does is to find out where a field is. A projection finds out once for each
/// template, and remembers it for the templates it met last. Reading a field is then a load from
/// a known place, or for what is worked out from several elements the accessor of [`Flow`]. The
/// values are always those of `Flow::get`.
///
/// It keeps no state of exporters: one projection serves any number of decoders. It holds the last
/// 64 templates at most, and allocates nothing once it has met as many.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Datagram, Decoder, FlowColumn, Limits, Projection, Timestamp, Transport};
///
/// // NetFlow v5: a header that counts one record, and the record.
/// let mut payload = [0; 24 + 48];
/// payload[1] = 5;
/// payload[3] = 1;
/// payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// payload[24 + 34..24 + 36].copy_from_slice(&[0, 53]);
///
/// let fields = [FlowField::SourceAddress, FlowField::DestinationPort, FlowField::Vlan];
/// let mut projection = Projection::new(fields);
/// let mut decoder = Decoder::new(Limits::new(0x5eed));
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// for set in decoded.sets() {
///     let projected = projection.of(&set);
///     // The template has no VLAN: a writer leaves it out, a comparison with it is false.
///     assert!(matches!(projected.columns()[2], FlowColumn::Absent));
///     for flow in set.flows() {
///         assert_eq!(projected.address(&flow, 0), Some("192.0.2.1".parse().unwrap()));
///         assert_eq!(projected.number(&flow, 1), Some(53));
///         assert!(projected.value(&flow, 2).is_none());
///     }
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Projection {
    fields: Box<[FlowField]>,
    templates: ProjectedTemplates,
}

impl Projection {
    /// Templates that a projection remembers at most; the slot of a [`ProjectionKey`] is less.
    pub const SLOTS: usize = templates::REMEMBERED;

    /// A projection to these fields. A field may be named more than once.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = FlowField>) -> Self {
        let fields: Box<[FlowField]> = fields.into_iter().collect();
        Self {
            templates: ProjectedTemplates::new(&fields),
            fields,
        }
    }

    /// The fields, in the caller's order.
    #[must_use]
    pub const fn fields(&self) -> &[FlowField] {
        &self.fields
    }

    /// The fields of the flows of a set. It is looked for once per set, since flows of one set
    /// have one template.
    #[must_use]
    pub fn of<'p, 'm>(&'p mut self, set: &Set<'m>) -> Projected<'p, 'm> {
        let (columns, key) = self.templates.columns(&self.fields, set);
        Projected {
            fields: &self.fields,
            columns,
            key,
            template: set.template(),
            origin: set.origin(),
        }
    }
}

/// The fields of a [`Projection`], found in the flows of one set.
///
/// A position is the index of a field among those of the projection. Of any flow but those of
/// its set, such as a [reverse](Flow::reverse) direction, a value is read by the accessor.
#[derive(Debug, Clone, Copy)]
pub struct Projected<'p, 'm> {
    fields: &'p [FlowField],
    columns: &'p [FlowColumn],
    key: Option<ProjectionKey>,
    template: Option<&'m Template>,
    origin: &'m Origin,
}

impl<'p, 'm> Projected<'p, 'm> {
    /// The fields, in the caller's order.
    #[must_use]
    pub const fn fields(&self) -> &'p [FlowField] {
        self.fields
    }

    /// How each field is read, in the caller's order: what [`Set::column`] returns of it. No flow
    /// of the set has the fields that are [`FlowColumn::Absent`].
    #[must_use]
    pub const fn columns(&self) -> &'p [FlowColumn] {
        self.columns
    }

    /// Identifies these columns among those of all sets; `None` if the set has no template.
    #[must_use]
    pub const fn key(&self) -> Option<ProjectionKey> {
        self.key
    }

    /// The value of the field at this position, the same as [`Flow::get`] returns; `None` if the
    /// flow does not have it, or there is no such position.
    #[must_use]
    #[inline]
    pub fn value(&self, flow: &Flow<'m>, position: usize) -> Option<FlowValue<'m>> {
        match self.column(flow, position) {
            Some(FlowColumn::Absent) => None,
            Some(FlowColumn::Number(place)) => load(flow, place).map(FlowValue::Unsigned),
            Some(FlowColumn::Octets(place)) => octets(flow, place),
            Some(FlowColumn::Time(_)) => self.time(flow, position).map(FlowValue::Time),
            _ => flow.get(*self.fields.get(position)?),
        }
    }

    /// The number of a field of one of the unsigned types; `None` also of a field of any other
    /// type.
    #[must_use]
    #[inline]
    pub fn number(&self, flow: &Flow<'m>, position: usize) -> Option<u64> {
        if let Some(FlowColumn::Number(place)) = self.column(flow, position) {
            return load(flow, place);
        }
        match self.value(flow, position)? {
            FlowValue::Unsigned(number) => Some(number),
            _ => None,
        }
    }

    /// The address of a field of that type; `None` also of a field of any other type.
    #[must_use]
    #[inline]
    pub fn address(&self, flow: &Flow<'m>, position: usize) -> Option<IpAddr> {
        match self.value(flow, position)? {
            FlowValue::Address(address) => Some(address),
            _ => None,
        }
    }

    /// The time of a field of that type; `None` also of a field of any other type.
    #[must_use]
    #[inline]
    pub fn time(&self, flow: &Flow<'m>, position: usize) -> Option<Timestamp> {
        if let Some(FlowColumn::Time(plan)) = self.column(flow, position) {
            let direct = load(flow, &plan.place()).and_then(|number| plan.time(number));
            if direct.is_some() {
                return direct;
            }
        }
        match flow.get(*self.fields.get(position)?)? {
            FlowValue::Time(time) => Some(time),
            _ => None,
        }
    }

    /// How a field of this flow is read; `None` if it is not known.
    #[inline]
    fn column(&self, flow: &Flow<'m>, position: usize) -> Option<&'p FlowColumn> {
        self.columns
            .get(position)
            .filter(|_| flow.is_of(self.template, self.origin))
    }
}

#[inline]
fn load(flow: &Flow<'_>, place: &FieldPlan) -> Option<u64> {
    flow.record()?.number_at(place)
}

/// An address of some kind, by its length.
#[inline]
fn octets<'m>(flow: &Flow<'m>, place: &FieldPlan) -> Option<FlowValue<'m>> {
    let octets = flow.record()?.octets_at(place)?;
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(FlowValue::Address(IpAddr::from(octets)));
    }
    if let Ok(octets) = <[u8; 16]>::try_from(octets) {
        return Some(FlowValue::Address(IpAddr::from(octets)));
    }
    let octets = <[u8; 6]>::try_from(octets).ok()?;
    Some(FlowValue::Mac(MacAddress(octets)))
}
