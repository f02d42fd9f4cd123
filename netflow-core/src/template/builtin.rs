//! The fixed versions as templates, so that one path serves them all.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::field::FieldDefinition;
use super::{Template, TemplateField};
use crate::element::{self, DataType, ElementId};
use crate::wire::fixed::{self, FixedField, FixedLayout};
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// The templates of v1, v5, v6, v7 and of each scheme of v8.
#[derive(Debug)]
pub(crate) struct Builtins {
    /// Those without schemes, at the index of their version.
    versions: Vec<Option<Arc<Template>>>,
    /// Those of v8, at the index of their scheme.
    schemes: Vec<Option<Arc<Template>>>,
}

/// The version that has schemes.
const WITH_SCHEMES: u16 = 8;

impl Builtins {
    pub(crate) fn new() -> Self {
        let of = |version, scheme| {
            let mut layouts = fixed::layouts();
            let layout = layouts.find(|it| (it.version, it.scheme) == (version, scheme));
            layout.map(Template::from_layout)
        };
        let versions = fixed::layouts().map(|layout| layout.version).max();
        let schemes = fixed::layouts().map(|layout| layout.scheme).max();
        Self {
            versions: (0..=versions.unwrap_or(0)).map(|it| of(it, 0)).collect(),
            schemes: (0..=schemes.unwrap_or(0))
                .map(|it| of(WITH_SCHEMES, it))
                .collect(),
        }
    }

    /// The template of a version and, in v8, of a scheme (else 0).
    pub(crate) fn get(&self, version: u16, scheme: u8) -> Option<&Arc<Template>> {
        let template = match version {
            WITH_SCHEMES => self.schemes.get(usize::from(scheme)),
            _ => self.versions.get(usize::from(version)),
        };
        template?.as_ref()
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
                    Some(element) => FieldDefinition::Registered(element),
                    None => FieldDefinition::Named(field.name, type_of(field)),
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

/// The type of a member that is not an element: padding is octets, the rest
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
