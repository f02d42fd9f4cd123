//! Lists of RFC 6313 by name.

use netflow_core::element;
use netflow_core::record::{BasicList, List, SubTemplateList};
use netflow_core::template::FieldLabel;
use netflow_core::wire::template::FieldKey;

use super::Records;
use super::names::{SharedNames, write_label};
use crate::format::json::Json;
use crate::format::scalar;

impl Records {
    /// A list; its octets if they do not hold what they announce, are nested too deep, or
    /// are of an unknown template.
    pub(super) fn list(&self, list: &List<'_, '_>, octets: &[u8], depth: u8, json: &mut Json<'_>) {
        let mark = json.mark();
        let depth = depth.saturating_add(1);
        let is_whole = depth <= self.list_depth
            && match list {
                List::Basic(list) => self.basic(list, depth, json),
                List::SubTemplate(list) => {
                    json.open(b'{');
                    semantic(list.semantic(), json);
                    let is_whole = self.part(list, depth, json);
                    json.close(b'}');
                    is_whole
                }
                List::SubTemplateMulti(list) => {
                    json.open(b'{');
                    semantic(list.semantic(), json);
                    json.key("values");
                    json.open(b'[');
                    let mut parts = list.parts();
                    let mut is_whole = true;
                    for part in parts.by_ref() {
                        json.open(b'{');
                        is_whole &= self.part(&part, depth, json);
                        json.close(b'}');
                    }
                    json.close(b']');
                    json.close(b'}');
                    is_whole && parts.left() == 0
                }
            };
        if !is_whole {
            json.back_to(mark);
            json.hex(octets);
        }
    }

    fn basic(&self, list: &BasicList<'_, '_>, depth: u8, json: &mut Json<'_>) -> bool {
        json.open(b'{');
        semantic(list.semantic(), json);
        json.key("element");
        write_label(
            FieldLabel::of_key(FieldKey::Element(list.id()), false),
            json,
        );
        json.key("values");
        json.open(b'[');
        let data_type = element::get(list.id()).and_then(|element| element.data_type);
        let nested = data_type.is_some_and(|data_type| data_type.is_list());
        let mut values = list.values();
        for item in values.by_ref() {
            match (item.list(), item.value()) {
                (Some(list), _) => self.list(&list, item.octets(), depth, json),
                (None, Some(value)) if !nested => scalar::write_typed(json, &value, data_type),
                _ => json.hex(item.octets()),
            }
        }
        json.close(b']');
        json.close(b'}');
        values.left() == 0
    }

    /// The members of a subTemplateList but for its semantic; whether its octets are all read.
    fn part(&self, list: &SubTemplateList<'_, '_>, depth: u8, json: &mut Json<'_>) -> bool {
        json.key("template");
        json.number(list.template_id());
        json.key("values");
        json.open(b'[');
        let mut records = list.records();
        let mut names = SharedNames::default();
        if let Some(template) = list.template() {
            names.learn(template);
        }
        for record in records.by_ref() {
            let all = 0..record.template().fields().len();
            names.write(&record, all, json, |field, json| {
                self.value(field, depth, json);
            });
        }
        json.close(b']');
        records.left() == 0
    }
}

fn semantic(number: u8, json: &mut Json<'_>) {
    json.key("semantic");
    json.number(number);
}
