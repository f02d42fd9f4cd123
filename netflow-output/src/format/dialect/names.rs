//! What other tools call elements.

mod table;

use netflow_core::element::DataType;
use netflow_core::template::TemplateField;
use netflow_core::wire::template::FieldKey;

/// Enterprise and number of an element, its name in a dialect, and its type there if that is not
/// the one of the registries.
type NameRow = (u32, u16, &'static str, Option<DataType>);

/// What one tool calls elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct ElementNames(&'static [NameRow]);

/// Elastic's netflow input.
pub(super) const ELASTIC: ElementNames = ElementNames(table::ELASTIC);
/// fluent-plugin-netflow.
pub(super) const FLUENTD: ElementNames = ElementNames(table::FLUENTD);
/// The netflow codec of Logstash.
pub(super) const LOGSTASH: ElementNames = ElementNames(table::LOGSTASH);

/// The netflow input of Telegraf; an element that becomes two fields has both names, with `+` between.
pub(super) const TELEGRAF: ElementNames = ElementNames(table::TELEGRAF);

/// vFlow, of records of v5; those of v9 and IPFIX have numbers.
pub(super) const VFLOW: ElementNames = ElementNames(table::VFLOW);

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
        self.of_element(id.enterprise_number, id.id)
    }

    /// The name of an element, and the type if it is another one; none if the dialect has no name of its
    /// own.
    pub(super) fn of_element(
        self,
        enterprise_number: u32,
        id: u16,
    ) -> Option<(&'static str, Option<DataType>)> {
        let key = (enterprise_number, id);
        let rows = self.0;
        let place = rows.binary_search_by_key(&key, |row| (row.0, row.1)).ok()?;
        let (_, _, name, data_type) = rows.get(place)?;
        Some((name, *data_type))
    }
}
