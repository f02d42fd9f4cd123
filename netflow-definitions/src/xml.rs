//! The registry of IANA in XML: a `record` has `name`, `dataType` and `elementId`.

use netflow_core::element::{DefinedElement, ElementId};

use crate::{LineFault, LocatedElement};

/// Reads the records; those without a type are reserved or unassigned.
pub(crate) fn parse(text: &str) -> Result<Vec<LocatedElement>, LineFault> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while let Some(record) = text.get(at..).and_then(|rest| rest.find("<record")) {
        let start = at + record;
        line += text
            .get(at..start)
            .map_or(0, |text| text.matches('\n').count());
        let rest = text.get(start..).unwrap_or_default();
        let Some(len) = rest.find("</record>") else {
            return Err((line, "expected `</record>`".into()));
        };
        let body = rest.get(..len).unwrap_or_default();
        if let Some(element) = element(body, line)? {
            found.push(LocatedElement { element, line });
        }
        line += body.matches('\n').count();
        at = start + len;
    }
    if found.is_empty() {
        return Err((
            1,
            "expected records with name, dataType and elementId".into(),
        ));
    }
    Ok(found)
}

fn element(record: &str, line: usize) -> Result<Option<DefinedElement>, LineFault> {
    let parts = (
        member(record, "name"),
        member(record, "dataType"),
        member(record, "elementId"),
    );
    let (Some(name), Some(type_name), Some(id)) = parts else {
        return Ok(None);
    };
    let expected = |what: &str, text: &str| (line, format!("expected {what}, found {text:?}"));
    let id = id
        .parse()
        .map_err(|_| expected("the number of an element", id))?;
    let data_type = crate::data_type(type_name)
        .ok_or_else(|| expected("an abstract data type of RFC 7012", type_name))?;
    Ok(Some(DefinedElement::new(
        ElementId::iana(id),
        name,
        data_type,
    )))
}

/// The text of a member.
fn member<'t>(record: &'t str, name: &str) -> Option<&'t str> {
    let start = record.find(&format!("<{name}>"))? + name.len() + 2;
    let rest = record.get(start..)?;
    let text = rest.get(..rest.find("</")?)?.trim();
    (!text.is_empty()).then_some(text)
}
