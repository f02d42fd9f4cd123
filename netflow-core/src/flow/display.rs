//! Flows as one line of text, for people and logs.

use core::fmt::{self, Write as _};

use super::{Flow, FlowValue, OwnedFlow};
use crate::field::FlowField;

/// One line: `name=value` for each field that is present, in the order of
/// [`FlowField::COLUMNS`], with a space between two and texts in quotes.
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// # let mut payload = [0; 72];
/// # payload[..4].copy_from_slice(&[0, 5, 0, 1]);
/// # payload[24..28].copy_from_slice(&[192, 0, 2, 1]);
/// # let payload = &payload[..];
/// let mut decoder = Decoder::new(Limits::default());
/// let exporter = "198.51.100.1:2055".parse().unwrap();
/// let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::from_secs(9), payload);
/// let decoded = decoder.decode(datagram)?;
/// let flow = decoded.flows().next().unwrap();
/// assert!(flow.to_string().contains("source_address=192.0.2.1 "));
/// assert_eq!(format!("{flow:?}"), format!("Flow {{ {flow} }}"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
impl fmt::Display for Flow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, |field| self.get(field))
    }
}

/// The line of `Display`: the template and the exporter state that a flow refers to would fill pages.
impl fmt::Debug for Flow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flow {{ {self} }}")
    }
}

/// The line of [`Flow`].
impl fmt::Display for OwnedFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, |field| self.get(field))
    }
}

impl fmt::Debug for OwnedFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedFlow {{ {self} }}")
    }
}

fn line<'v>(
    f: &mut fmt::Formatter<'_>,
    get: impl Fn(FlowField) -> Option<FlowValue<'v>>,
) -> fmt::Result {
    let mut is_first = true;
    for field in FlowField::COLUMNS {
        let Some(value) = get(*field) else {
            continue;
        };
        if !is_first {
            f.write_char(' ')?;
        }
        is_first = false;
        write!(f, "{field}=")?;
        match value {
            FlowValue::Text(text) => write!(f, "{text:?}")?,
            FlowValue::Numbers(numbers) => f.debug_list().entries(&numbers).finish()?,
            value => write!(f, "{value}")?,
        }
    }
    Ok(())
}
