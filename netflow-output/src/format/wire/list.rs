//! Lists of RFC 6313 with their octets.

use netflow_core::record::{BasicList, List, SubTemplateList, SubTemplateMultiList};
use netflow_core::wire::template::FieldKey;

use super::{Wire, write_field_key};
use crate::format::json::Json;
use crate::format::scalar;

/// A list that does not hold what it announces.
struct Malformed;

impl Wire {
    /// A list; null if it is malformed or nested too deep, which is a problem of its own.
    pub(super) fn list(self, list: Option<List<'_, '_>>, depth: u8, json: &mut Json<'_>) {
        let Some(list) = list.filter(|_| depth < self.list_depth) else {
            json.null();
            return;
        };
        let depth = depth.saturating_add(1);
        let mark = json.mark();
        let written = match list {
            List::Basic(list) => self.basic(&list, depth, json),
            List::SubTemplate(list) => self.sub_template(&list, depth, json),
            List::SubTemplateMulti(list) => self.sub_template_multi(&list, depth, json),
        };
        if let Err(Malformed) = written {
            json.back_to(mark);
            json.null();
        }
    }

    fn basic(
        self,
        list: &BasicList<'_, '_>,
        depth: u8,
        json: &mut Json<'_>,
    ) -> Result<(), Malformed> {
        open("basicList", list.semantic(), json);
        json.key("element");
        write_field_key(FieldKey::Element(list.id()), json);
        json.key("element_length");
        json.number(list.element_length().number());
        json.key("values");
        json.open(b'[');
        let mut values = list.values();
        let data_type = list.element().and_then(|element| element.data_type);
        let nested = data_type.is_some_and(|data_type| data_type.is_list());
        for value in values.by_ref() {
            json.open(b'[');
            json.hex(value.octets());
            if nested {
                self.list(value.list(), depth, json);
            } else if let Some(value) = value.value() {
                scalar::write(json, &value);
            } else {
                json.null();
            }
            json.close(b']');
        }
        json.close(b']');
        json.close(b'}');
        whole(values.left())
    }

    fn sub_template(
        self,
        list: &SubTemplateList<'_, '_>,
        depth: u8,
        json: &mut Json<'_>,
    ) -> Result<(), Malformed> {
        open("subTemplateList", list.semantic(), json);
        json.key("template");
        json.number(list.template_id());
        self.records(list, depth, json)?;
        json.close(b'}');
        Ok(())
    }

    fn sub_template_multi(
        self,
        list: &SubTemplateMultiList<'_, '_>,
        depth: u8,
        json: &mut Json<'_>,
    ) -> Result<(), Malformed> {
        open("subTemplateMultiList", list.semantic(), json);
        json.key("parts");
        json.open(b'[');
        let mut parts = list.parts();
        for part in parts.by_ref() {
            json.open(b'{');
            json.key("template");
            json.number(part.template_id());
            self.records(&part, depth, json)?;
            json.close(b'}');
        }
        json.close(b']');
        json.close(b'}');
        whole(parts.left())
    }

    fn records(
        self,
        list: &SubTemplateList<'_, '_>,
        depth: u8,
        json: &mut Json<'_>,
    ) -> Result<(), Malformed> {
        json.key("records");
        json.open(b'[');
        let mut records = list.records();
        for record in records.by_ref() {
            self.fields(&record, depth, json);
        }
        json.close(b']');
        // An unknown template is a problem of its own.
        whole(list.template().map_or(0, |_| records.left()))
    }
}

fn open(name: &str, semantic: u8, json: &mut Json<'_>) {
    json.open(b'{');
    json.key("list");
    json.word(name);
    json.key("semantic");
    json.number(semantic);
}

const fn whole(left: usize) -> Result<(), Malformed> {
    if left == 0 { Ok(()) } else { Err(Malformed) }
}
