//! The fixed versions as templates, so that one path serves them all.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use super::{Meaning, Template, TemplateField};
use crate::element::{self, DataType, ElementId};
use crate::wire::fixed::{self, FixedField, FixedLayout};
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// The templates of v1, v5, v6, v7 and of each scheme of v8.
#[derive(Debug)]
pub(crate) struct Builtins {
    templates: BTreeMap<(u16, u8), Arc<Template>>,
}

impl Builtins {
    pub(crate) fn new() -> Self {
        let templates = fixed::layouts()
            .map(|layout| {
                let key = (layout.version, layout.scheme);
                (key, Template::from_layout(layout))
            })
            .collect();
        Self { templates }
    }

    /// The template of a version and, in v8, of a scheme (else 0).
    pub(crate) fn get(&self, version: u16, scheme: u8) -> Option<&Arc<Template>> {
        self.templates.get(&(version, scheme))
    }
}

impl Template {
    fn from_layout(layout: &FixedLayout) -> Arc<Self> {
        let fields = layout
            .fields
            .iter()
            .map(|field| {
                let id = ElementId::new(0, field.element);
                let element = element::get(id).filter(|_| field.element != 0);
                let meaning = match element {
                    Some(element) => Meaning::Registered(element),
                    None => Meaning::Named(field.name, type_of(field)),
                };
                TemplateField {
                    specifier: FieldSpecifier {
                        key: FieldKey::Element(id),
                        length: FieldLength::Fixed(field.len),
                    },
                    meaning,
                }
            })
            .collect();
        Self::shared(0, fields, None, |template| template.fixed_version = true)
    }
}

/// The type of a member that is no element: padding is octets, the rest
/// numbers, but for the address of the next hop that v6 adds.
fn type_of(field: &FixedField) -> DataType {
    if field.name.starts_with("pad") || field.name == "reserved" {
        DataType::OctetArray
    } else if field.name == "peer_nexthop" {
        DataType::Ipv4Address
    } else {
        DataType::Unsigned32
    }
}
