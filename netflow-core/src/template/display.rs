//! Templates as text.

use core::fmt;

use super::{Template, TemplateField};

/// The id, and label and length of each field. The plan of the normalised fields, which has a place for every
/// field that a flow can have, would fill pages.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let record = decoded.records().find(|record| record.template().id() == 258).unwrap();
/// assert_eq!(
///     format!("{:?}", record.template()),
///     "Template { id: 258, scope_count: 1, fields: [ingressInterface/4, interfaceName/4] }"
/// );
/// # Ok::<(), netflow_core::Error>(())
/// ```
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("id", &self.id)
            .field("scope_count", &self.scope_count())
            .field("fields", &FieldList(&self.fields))
            .finish()
    }
}

/// Label and length of each field.
struct FieldList<'t>(&'t [TemplateField]);

impl fmt::Debug for FieldList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(LabelAndLength))
            .finish()
    }
}

struct LabelAndLength<'t>(&'t TemplateField);

impl fmt::Debug for LabelAndLength<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0.label(), self.0.length().number())
    }
}
