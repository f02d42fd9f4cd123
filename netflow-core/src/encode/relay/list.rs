//! Lists, whose template ids become those of the relay.

use alloc::vec::Vec;

use super::convert::{Action, Conversion};
use super::stream::{RelayDomain, TemplateIndex};
use crate::encode::EncodeError;
use crate::encode::field::write_octets;
use crate::encode::list::end_part;
use crate::encode::template::{push, write_specifier};
use crate::record::{BasicList, DataRecord, List, SubTemplateList};
use crate::wire::set::{Dialect, FIRST_DATA_SET};
use crate::wire::template::{FieldKey, FieldSpecifier};

/// Writes lists for one stream, and notes which templates they name.
pub(super) struct ListRewriter<'s> {
    pub(super) stream: &'s mut RelayDomain,
    pub(super) named: &'s mut Vec<TemplateIndex>,
    /// Templates of a stream.
    pub(super) most: u16,
    /// Templates forgotten for others.
    pub(super) forgotten: u64,
}

impl ListRewriter<'_> {
    /// The octets of a list. What is deeper than `depth`, and records whose
    /// template was not known, are left out.
    pub(super) fn list(&mut self, list: &List<'_, '_>, depth: u8) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        match list {
            List::Basic(list) => self.basic(list, depth, &mut out)?,
            List::SubTemplate(list) => {
                out.push(list.semantic());
                let start = out.len();
                push(&mut out, FIRST_DATA_SET);
                if let Some(id) = self.records(list, depth, &mut out)? {
                    crate::encode::message::put(&mut out, start, id);
                }
            }
            List::SubTemplateMulti(list) => {
                out.push(list.semantic());
                for part in list.parts() {
                    let start = out.len();
                    push(&mut out, 0);
                    push(&mut out, 0);
                    match self.records(&part, depth, &mut out)? {
                        Some(id) => {
                            crate::encode::message::put(&mut out, start, id);
                            end_part(out.get_mut(start..).unwrap_or_default(), 0)?;
                        }
                        None => out.truncate(start),
                    }
                }
            }
        }
        Ok(out)
    }

    fn basic(
        &mut self,
        list: &BasicList<'_, '_>,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let specifier = FieldSpecifier {
            key: FieldKey::Element(list.id()),
            length: list.element_length(),
        };
        out.push(list.semantic());
        write_specifier(&specifier, Dialect::IPFIX, false, out)?;
        for value in list.values() {
            let octets = match (value.list(), depth.checked_sub(1)) {
                (Some(list), Some(depth)) => self.list(&list, depth)?,
                (Some(_), None) => continue,
                (None, _) => Vec::from(value.octets()),
            };
            field(&specifier, &octets, out)?;
        }
        Ok(())
    }

    /// Appends the records of a list and returns the id of their template in this
    /// stream.
    fn records(
        &mut self,
        list: &SubTemplateList<'_, '_>,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<Option<u16>, EncodeError> {
        let (Some(template), Some(depth)) = (list.template(), depth.checked_sub(1)) else {
            return Ok(None);
        };
        let conversion = Conversion::of_list(template);
        if conversion.definition.fields().is_empty() || template.is_options() {
            return Ok(None);
        }
        let (index, forgotten) = self.stream.index(&conversion.definition, None, self.most);
        self.forgotten = self.forgotten.saturating_add(u64::from(forgotten));
        let Some(id) = self.stream.definition(index).map(|sent| sent.id()) else {
            return Ok(None);
        };
        self.named.push(index);
        for record in list.records() {
            self.record(&record, &conversion, depth, out)?;
        }
        Ok(Some(id))
    }

    fn record(
        &mut self,
        record: &DataRecord<'_, '_>,
        conversion: &Conversion,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        for (sent, action) in record.fields().zip(&conversion.actions) {
            let specifier = sent.template().specifier();
            match (action, sent.list()) {
                (Action::Skip, _) => {}
                (Action::List, Some(list)) => {
                    let octets = self.list(&list, depth)?;
                    field(&specifier, &octets, out)?;
                }
                _ => field(&specifier, sent.octets(), out)?,
            }
        }
        Ok(())
    }
}

fn field(specifier: &FieldSpecifier, octets: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let (key, length) = (specifier.key, specifier.length.number());
    write_octets(octets, specifier.length, out).ok_or(EncodeError::Length { key, length })
}
