//! Fields that are chosen once, found once in each template, and read from many flows.

mod columns;
mod read;
mod reader;
mod records;
mod shapes;
mod sink;
mod templates;

use alloc::boxed::Box;
use core::net::IpAddr;

pub use self::columns::{ColumnValues, FlowColumns, NumbersColumn, OctetsColumn};
use self::reader::FieldReader;
pub use self::reader::ProjectedFlow;
use self::shapes::ProjectedShapes;
pub use self::sink::ColumnSink;
use self::templates::ProjectedTemplates;
pub use self::templates::ProjectionKey;
use crate::decoder::Set;
use crate::field::FlowField;
use crate::flow::{Flow, FlowColumn, FlowValue, Origin};
use crate::template::Template;
use crate::time::Timestamp;

/// Some fields of flows, in the caller's order.
///
/// A flow has about a hundred fields and a template a dozen of them, so most of what
/// [`Flow::get`] does is to find out where a field is. A projection finds out once for each
/// template, and remembers it for the templates it met last. Reading a field is then a load from
/// a known place, or a call of the accessor of [`Flow`] for fields computed from several elements.
/// The values are always those of `Flow::get`.
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
/// let mut decoder = Decoder::new(Limits::default());
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// for set in decoded.joined_sets() {
///     let projected = projection.of(&set);
///     // The template has no VLAN: a writer leaves it out, a comparison with it is false.
///     assert!(matches!(projected.columns()[2], FlowColumn::Absent));
///     for flow in set.flows() {
///         let row = projected.row(&flow);
///         assert_eq!(row.address(0), Some("192.0.2.1".parse().unwrap()));
///         assert_eq!(row.number(1), Some(53));
///         assert!(row.value(2).is_none());
///     }
/// }
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Projection {
    fields: Box<[FlowField]>,
    templates: ProjectedTemplates,
    shapes: ProjectedShapes,
}

impl Projection {
    /// Templates and shapes of sFlow samples that a projection remembers at most; the slot of a
    /// [`ProjectionKey`] is less.
    pub const SLOTS: usize = 2 * templates::REMEMBERED;

    /// A projection to these fields. A field may be named more than once.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = FlowField>) -> Self {
        let fields: Box<[FlowField]> = fields.into_iter().collect();
        Self {
            templates: ProjectedTemplates::new(&fields),
            shapes: ProjectedShapes::new(),
            fields,
        }
    }

    /// The fields, in the caller's order.
    #[must_use]
    pub const fn fields(&self) -> &[FlowField] {
        &self.fields
    }

    /// The fields of the flows of a set, one of [`Decoded::joined_sets`](crate::Decoded::joined_sets).
    /// It is looked for once per set, since flows of one set have one template.
    #[must_use]
    pub fn of<'p, 'm>(&'p mut self, set: &Set<'m>) -> Projected<'p, 'm> {
        let (columns, readers, key) = self.templates.find(&self.fields, set);
        Projected {
            fields: &self.fields,
            columns,
            readers,
            key,
            template: set.template(),
            origin: set.origin(),
            sample: None,
        }
    }

    /// The fields of an sFlow sample; `None` if the flow is of a record.
    ///
    /// There are no templates in sFlow, but the samples of a device are nearly all alike. Where the
    /// fields are is found once for samples of the same structures and headers, and is remembered for
    /// the last 64 such shapes. The places of the [`columns`](Projected::columns) are offsets in the
    /// [octets](crate::wire::sflow::Sample::octets) of the sample, and [`FlowColumn::Same`] is said of
    /// all samples of one message that have the same [`key`](Projected::key).
    #[must_use]
    pub fn of_sample<'p, 'm>(&'p mut self, flow: &Flow<'m>) -> Option<Projected<'p, 'm>> {
        let octets = flow.sample()?.octets();
        let shape = flow.sample_shape();
        let (columns, readers, key) = match shape {
            Some(shape) => {
                let (columns, readers, key) = self.shapes.find(&self.fields, shape)?;
                (columns, readers, Some(key))
            }
            None => (self.templates.each(), &[][..], None),
        };
        Some(Projected {
            fields: &self.fields,
            columns,
            readers,
            key,
            template: None,
            origin: flow.origin(),
            sample: Some(octets),
        })
    }
}

/// The fields of a [`Projection`], found in the flows of one set or in an sFlow sample.
///
/// A position is the index of a field among those of the projection. For a flow that is not one of
/// the set, such as a [reverse](Flow::reverse) direction, values are read by the accessor.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{Decoder, Limits, Projection, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let mut projection = Projection::new([FlowField::Octets, FlowField::Vlan]);
/// let set = decoded.joined_sets().find(|set| set.id() == 256).unwrap();
/// let projected = projection.of(&set);
/// let flow = set.flows().next().unwrap();
/// assert_eq!(projected.number(&flow, 0), Some(1500));
/// assert!(projected.value(&flow, 1).is_none()); // no VLAN was sent
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Projected<'p, 'm> {
    fields: &'p [FlowField],
    columns: &'p [FlowColumn],
    key: Option<ProjectionKey>,
    readers: &'p [FieldReader],
    template: Option<&'m Template>,
    origin: &'m Origin,
    /// The octets of the sample that it was made for.
    sample: Option<&'m [u8]>,
}

impl<'p, 'm> Projected<'p, 'm> {
    /// The fields, in the caller's order.
    #[must_use]
    pub const fn fields(&self) -> &'p [FlowField] {
        self.fields
    }

    /// How each field is read, in the caller's order, as [`Set::column`] returns it. No flow
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

    /// The fields of one flow, for reading several of them.
    #[must_use]
    #[inline]
    pub fn row<'f>(&self, flow: &'f Flow<'m>) -> ProjectedFlow<'p, 'f, 'm> {
        let record = flow.record_of(self.template, self.origin);
        let octets = match record {
            Some(record) => Some(record.reach()),
            None => self.sample.filter(|sample| flow.is_of_sample(sample)),
        };
        let (readers, octets) = match octets {
            Some(octets) => (self.readers, octets),
            None => (&[][..], &[][..]),
        };
        ProjectedFlow {
            fields: self.fields,
            readers,
            flow,
            octets,
        }
    }

    /// The value of the field at this position, the same as [`Flow::get`] returns; `None` if the
    /// flow does not have it, or there is no such position.
    #[must_use]
    #[inline]
    pub fn value(&self, flow: &Flow<'m>, position: usize) -> Option<FlowValue<'m>> {
        self.row(flow).value(position)
    }

    /// The number in a field of one of the unsigned types; `None` also for a field of any other
    /// type.
    #[must_use]
    #[inline]
    pub fn number(&self, flow: &Flow<'m>, position: usize) -> Option<u64> {
        self.row(flow).number(position)
    }

    /// The address in a field of that type; `None` also for a field of any other type.
    #[must_use]
    #[inline]
    pub fn address(&self, flow: &Flow<'m>, position: usize) -> Option<IpAddr> {
        self.row(flow).address(position)
    }

    /// The time in a field of that type; `None` also for a field of any other type.
    #[must_use]
    #[inline]
    pub fn time(&self, flow: &Flow<'m>, position: usize) -> Option<Timestamp> {
        self.row(flow).time(position)
    }
}
