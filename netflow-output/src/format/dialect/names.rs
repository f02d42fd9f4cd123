//! What other tools call elements.

mod table;

use netflow_core::element::DataType;
use netflow_core::template::TemplateField;
use netflow_core::wire::template::FieldKey;

/// Enterprise and number of an element, its name in a dialect, and its type there if that is not
/// the one of the registries.
type Row = (u32, u16, &'static str, Option<DataType>);

/// What one tool calls elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementNames(&'static [Row]);

/// Elastic's netflow input.
pub(super) const ELASTIC: ElementNames = ElementNames(table::ELASTIC);
/// fluent-plugin-netflow.
pub(super) const FLUENTD: ElementNames = ElementNames(table::FLUENTD);
/// The netflow codec of Logstash.
pub(super) const LOGSTASH: ElementNames = ElementNames(table::LOGSTASH);

impl ElementNames {
    /// The name of a field, and the type if it is another one; none if the dialect has no name
    /// of its own. What the caller or the exporter defined keeps its definition.
    pub(super) fn get(self, field: &TemplateField) -> Option<(&'static str, Option<DataType>)> {
        let FieldKey::Element(id) = field.key() else {
            return None;
        };
        if field.element().is_none() && field.name().is_some() {
            return None;
        }
        let key = (id.enterprise_number, id.id);
        let place = self
            .0
            .binary_search_by_key(&key, |row| (row.0, row.1))
            .ok()?;
        let (_, _, name, data_type) = self.0.get(place)?;
        Some((name, *data_type))
    }
}
