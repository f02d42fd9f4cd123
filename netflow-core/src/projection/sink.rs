//! Where the values of a projection go, field by field.

use crate::flow::FlowValue;
use crate::time::Timestamp;

/// Takes the values of the fields of a [`Projection`](crate::Projection), field by field
/// ([`Projection::read`](crate::Projection::read)).
///
/// Every field of every flow is passed as a value or as absent, in the order of the flows: by one
/// call for all flows if all values are at the same place of their records or are the same, else flow
/// by flow, by a call of any of these methods with one value. A position is the index of a field among
/// those of the projection.
///
/// ```
/// use netflow_core::field::FlowField;
/// use netflow_core::{ColumnSink, Decoder, FlowValue, Limits, Projection, Timestamp, example};
///
/// /// Sums numbers, and counts the values of any other type.
/// #[derive(Default)]
/// struct Sum {
///     numbers: u64,
///     others: usize,
/// }
///
/// impl ColumnSink for Sum {
///     fn numbers(&mut self, _: usize, values: impl ExactSizeIterator<Item = u64>) {
///         self.numbers += values.sum::<u64>();
///     }
///     fn ipv4(&mut self, _: usize, values: impl ExactSizeIterator<Item = [u8; 4]>) {
///         self.others += values.len();
///     }
///     fn ipv6(&mut self, _: usize, values: impl ExactSizeIterator<Item = [u8; 16]>) {
///         self.others += values.len();
///     }
///     fn macs(&mut self, _: usize, values: impl ExactSizeIterator<Item = [u8; 6]>) {
///         self.others += values.len();
///     }
///     fn times(&mut self, _: usize, values: impl ExactSizeIterator<Item = Timestamp>) {
///         self.others += values.len();
///     }
///     fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize) {
///         (0..count).for_each(|_| self.value(position, value.clone()));
///     }
///     fn value(&mut self, _: usize, value: Option<FlowValue<'_>>) {
///         match value {
///             Some(FlowValue::Unsigned(number)) => self.numbers += number,
///             Some(_) => self.others += 1,
///             None => {}
///         }
///     }
/// }
///
/// let mut projection = Projection::new([FlowField::Octets, FlowField::SourceAddress]);
/// let mut sum = Sum::default();
/// let mut decoder = Decoder::new(Limits::default());
/// for set in decoder.decode(example::ipfix())?.joined_sets() {
///     projection.read(&set, 0..usize::MAX, &mut sum);
/// }
/// assert_eq!((sum.numbers, sum.others), (1500, 1));
/// # Ok::<(), netflow_core::Error>(())
/// ```
pub trait ColumnSink {
    /// A number of each flow, of the width of the field's type at most.
    fn numbers(&mut self, position: usize, values: impl ExactSizeIterator<Item = u64>);

    /// An IPv4 address of each flow.
    fn ipv4(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 4]>);

    /// An IPv6 address of each flow.
    fn ipv6(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 16]>);

    /// A MAC address of each flow.
    fn macs(&mut self, position: usize, values: impl ExactSizeIterator<Item = [u8; 6]>);

    /// The time of each flow.
    fn times(&mut self, position: usize, values: impl ExactSizeIterator<Item = Timestamp>);

    /// Takes one value that this many flows share, or that none of them has one.
    fn same(&mut self, position: usize, value: Option<FlowValue<'_>>, count: usize);

    /// The value of one flow, or that it has none.
    fn value(&mut self, position: usize, value: Option<FlowValue<'_>>);
}
