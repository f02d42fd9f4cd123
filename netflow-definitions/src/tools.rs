//! Definitions in the YAML files of Logstash, Elastic, Fluentd and goflow2.

use netflow_core::element::{DataType, DefinedElement, ElementId};

use crate::yaml::{YamlNode, YamlValue};
use crate::{LineFault, LocatedElement};

/// The definitions in a document.
pub(crate) fn definitions(root: &YamlNode) -> Result<Vec<LocatedElement>, LineFault> {
    let YamlValue::Map(members) = &root.value else {
        return Err((root.line, "expected numbers of elements as keys".into()));
    };
    let mut found = Vec::new();
    for (key, node) in members {
        match key.as_str() {
            // Fluentd; its scopes are not elements.
            "option" => elements(node, 0, &mut found)?,
            "scope" => {}
            // goflow2.
            "ipfix" | "netflowv9" => mapping(node, &mut found)?,
            "formatter" | "sflow" => {}
            _ => element_or_enterprise(key, node, &mut found)?,
        }
    }
    Ok(found)
}

/// `ID: [type, name]`, or `PEN:` and such lists below it.
fn element_or_enterprise(
    key: &str,
    node: &YamlNode,
    found: &mut Vec<LocatedElement>,
) -> Result<(), LineFault> {
    match &node.value {
        YamlValue::Map(_) => elements(node, number(key, node.line)?, found),
        _ => element(key, node, 0, found),
    }
}

fn elements(
    node: &YamlNode,
    enterprise: u32,
    found: &mut Vec<LocatedElement>,
) -> Result<(), LineFault> {
    let YamlValue::Map(members) = &node.value else {
        return Err((
            node.line,
            "expected `ID:` with a list of type and name".into(),
        ));
    };
    members
        .iter()
        .try_for_each(|(key, node)| element(key, node, enterprise, found))
}

fn element(
    key: &str,
    node: &YamlNode,
    enterprise: u32,
    found: &mut Vec<LocatedElement>,
) -> Result<(), LineFault> {
    let id = number(key, node.line)?;
    let YamlValue::List(items) = &node.value else {
        return Err((
            node.line,
            "expected a list of type and name, or `:skip`".into(),
        ));
    };
    let words: Vec<&str> = items.iter().filter_map(word).collect();
    let (type_name, name) = match words[..] {
        ["skip"] => return Ok(()),
        [type_name, name] => (type_name, name),
        _ => {
            let reason = format!("expected a type and a name, found {} items", items.len());
            return Err((node.line, reason));
        }
    };
    if name.is_empty() {
        return Err((node.line, "expected a name, found nothing".into()));
    }
    let Some(data_type) = data_type(type_name) else {
        let reason = format!(
            "expected a number of octets or a type such as uint32, ip4_addr or string, found {type_name:?}"
        );
        return Err((items.first().map_or(node.line, |item| item.line), reason));
    };
    found.push(LocatedElement {
        element: DefinedElement::new(ElementId::new(enterprise, id), name, data_type),
        line: node.line,
    });
    Ok(())
}

/// A scalar without the colon that makes it a symbol in Ruby.
fn word(node: &YamlNode) -> Option<&str> {
    match &node.value {
        YamlValue::Scalar(text) => Some(text.strip_prefix(':').unwrap_or(text).trim()),
        _ => None,
    }
}

fn number<T: core::str::FromStr>(text: &str, line: usize) -> Result<T, LineFault> {
    text.trim()
        .parse()
        .map_err(|_| (line, format!("expected a number, found {text:?}")))
}

/// A type of Logstash, Elastic or Fluentd; a number is a length in octets.
fn data_type(name: &str) -> Option<DataType> {
    if name.parse::<u16>().is_ok() {
        return Some(DataType::Unsigned64);
    }
    Some(match name {
        "uint8" | "forwarding_status" => DataType::Unsigned8,
        "uint15" | "uint16" => DataType::Unsigned16,
        "uint24" | "uint32" | "mpls_label" => DataType::Unsigned32,
        "uint40" | "uint48" | "uint56" | "uint64" => DataType::Unsigned64,
        "int8" => DataType::Signed8,
        "int15" | "int16" => DataType::Signed16,
        "int24" | "int32" => DataType::Signed32,
        "int64" => DataType::Signed64,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "ip4_addr" => DataType::Ipv4Address,
        "ip6_addr" => DataType::Ipv6Address,
        "mac_addr" => DataType::MacAddress,
        "string" | "var_string" => DataType::String,
        "octetarray" | "acl_id_asa" | "application_id" | "mpls_label_stack_octets" => {
            DataType::OctetArray
        }
        other => return crate::data_type(other),
    })
}

/// goflow2's list under `mapping`: an element, and the field that it goes to.
fn mapping(node: &YamlNode, found: &mut Vec<LocatedElement>) -> Result<(), LineFault> {
    let YamlValue::Map(members) = &node.value else {
        return Err((node.line, "expected `mapping:`".into()));
    };
    let items = members.iter().find(|(key, _)| key == "mapping");
    let Some((
        _,
        YamlNode {
            value: YamlValue::List(items),
            ..
        },
    )) = items
    else {
        return Err((node.line, "expected `mapping:` with a list".into()));
    };
    for item in items {
        let YamlValue::Map(members) = &item.value else {
            return Err((item.line, "expected `field:` and `destination:`".into()));
        };
        let get = |name: &str| {
            let node = &members.iter().find(|(key, _)| key == name)?.1;
            word(node)
        };
        let (Some(field), Some(name)) = (get("field"), get("destination")) else {
            return Err((item.line, "expected `field:` and `destination:`".into()));
        };
        let enterprise = get("pen").map_or(Ok(0), |pen| number(pen, item.line))?;
        let id = ElementId::new(enterprise, number(field, item.line)?);
        // Its type is that of the destination, which is not in the file.
        let registered = netflow_core::element::get(id).and_then(|element| element.data_type);
        let data_type = registered.unwrap_or(DataType::OctetArray);
        found.push(LocatedElement {
            element: DefinedElement::new(id, name, data_type),
            line: item.line,
        });
    }
    Ok(())
}
