//! Records and their fields as text.

use core::fmt::{self, Write as _};

use super::{DataRecord, Field};
use crate::value::Value;

/// The fields as `name=value`, with spaces between them.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let lines: Vec<String> = decoded.records().map(|record| record.to_string()).collect();
/// assert_eq!(lines[1], r#"ingressInterface=3 interfaceName="eth0""#);
/// # Ok::<(), netflow_core::Error>(())
/// ```
impl fmt::Display for DataRecord<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.fields().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            write!(f, "{field}")?;
        }
        Ok(())
    }
}

/// The line of [`DataRecord`], after the id of its template: the template itself would be printed for each
/// record.
impl fmt::Debug for DataRecord<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DataRecord {{ template_id={} {self} }}",
            self.template().id()
        )
    }
}

/// `name=value`, or the octets in hexadecimal if the type is not known.
impl fmt::Display for Field<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.template().label())?;
        match self.value() {
            Some(Value::Text(text)) => write!(f, "{text:?}"),
            Some(value) => value.fmt(f),
            None => Value::Octets(self.octets()).fmt(f),
        }
    }
}
