//! What the registries promise, checked against their CSV.

extern crate alloc;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::collections::HashMap;
use std::fs;

use super::{
    DataType, ElementId, InformationElement, Semantics, Units, all, by_name, code, codes, flag,
    get, iana, sflow_drop_reason, sflow_header_protocol, table, v9, v9_scope,
};

type ExpectedElement = HashMap<String, String>;

/// The rows of `registry/NAME`; none of the files read here has a quoted cell.
fn registry(name: &str) -> Vec<ExpectedElement> {
    let path = format!("{}/../registry/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), header.len(), "{name}: {line}");
        let cells = header.iter().zip(cells);
        cells.map(|(k, v)| (k.to_string(), v.to_string())).collect()
    };
    lines.map(row).collect()
}

fn number<T: core::str::FromStr>(row: &ExpectedElement, column: &str) -> T {
    let parsed = row[column].parse();
    parsed.unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

fn properties(element: &InformationElement) -> (&str, &str, &str, &str) {
    (
        element.name,
        element.data_type.map_or("", DataType::name),
        element.semantics.name(),
        element.units.name(),
    )
}

fn expected(row: &ExpectedElement) -> (&str, &str, &str, &str) {
    let or = |column: &str, default: &'static str| match row.get(column).map(String::as_str) {
        None | Some("") => default.to_string().leak(),
        Some(text) => text.to_string().leak(),
    };
    (
        &row["name"],
        &row["type"],
        or("semantics", "default"),
        or("units", "none"),
    )
}

#[test]
fn every_element_is_found_by_number_and_by_name() {
    for file in ["iana.csv", "enterprise.csv"] {
        for row in registry(file) {
            let id = ElementId::new(number(&row, "pen"), number(&row, "id"));
            let element = get(id).unwrap_or_else(|| panic!("no {id}"));
            assert_eq!(element.id, id);
            assert_eq!(properties(&element), expected(&row));
            let named = by_name(&row["name"]).unwrap();
            assert_eq!(named.name, row["name"]);
            assert!(named.id <= id, "{} is {}", row["name"], named.id);
            if id.enterprise_number == 0 {
                assert_eq!(named, element);
            }
        }
    }
}

#[test]
fn every_iana_element_has_its_constant() {
    let rows = registry("iana.csv");
    assert_eq!(iana::ALL.len(), rows.len());
    for (constant, row) in iana::ALL.iter().zip(rows) {
        assert_eq!(get(ElementId::iana(number(&row, "id"))), Some(*constant));
    }
    assert_eq!(iana::SOURCE_IPV4_ADDRESS.id, ElementId::iana(8));
}

#[test]
fn a_reverse_element_has_the_type_of_the_forward_one() {
    let not_reversible = [
        40, 41, 42, 130, 131, 137, 145, 148, 149, 163, 164, 165, 166, 167, 168, 173, 210, 211, 212,
        213, 214, 215, 216, 217, 239,
    ];
    let mut count = 0;
    for forward in all() {
        let reverse = match forward.id.enterprise_number {
            0 => ElementId::new(29305, forward.id.id),
            6871 if forward.id.id & 0x4000 == 0 => ElementId::new(6871, forward.id.id | 0x4000),
            _ => continue,
        };
        if forward.id.enterprise_number == 0 && not_reversible.contains(&forward.id.id) {
            assert_eq!(get(reverse), None);
            continue;
        }
        let (first, rest) = forward.name.split_at(1);
        let expected = InformationElement {
            name: format!("reverse{}{rest}", first.to_uppercase()).leak(),
            id: reverse,
            ..forward
        };
        assert_eq!(get(reverse), Some(expected));
        let named = by_name(expected.name).unwrap();
        assert_eq!(named.name, expected.name);
        // CERT's httpUserAgent is IANA's too.
        assert!(named == expected || named.id.enterprise_number == 29305);
        count += 1;
    }
    assert!(count > 800, "{count}");
}

#[test]
fn elements_come_in_the_order_of_their_numbers() {
    let ids: Vec<ElementId> = all().map(|element| element.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
    for id in &ids {
        assert_eq!(get(*id).unwrap().id, *id);
    }
    assert_eq!(ids.len(), usize::from(table::BLOCKS.last().unwrap().end));
}

#[test]
fn rows_are_in_the_order_of_their_names() {
    let name = |index: &u16| table::ROWS[usize::from(*index)].name().unwrap();
    assert!(table::BY_NAME.is_sorted_by_key(name));
    assert_eq!(table::BY_NAME.len(), table::ROWS.len());
}

#[test]
fn every_v9_field_type_of_a_vendor_is_found() {
    for row in registry("netflow_v9_vendor.csv") {
        let field_type: u16 = number(&row, "id");
        let found = v9(field_type).unwrap();
        assert_eq!(found.id, ElementId::iana(field_type));
        assert_eq!(found.name, row["name"], "{field_type}");
        assert_eq!(found.data_type.map_or("", DataType::name), row["type"]);
        assert_eq!(by_name(&row["name"]).unwrap().name, row["name"]);
        if let Some(bare) = field_type.checked_sub(0x8000) {
            let id = ElementId::new(u32::MAX, bare);
            assert_eq!(get(id), Some(InformationElement { id, ..found }));
        }
    }
}

#[test]
fn iana_wins_among_v9_field_types() {
    for row in registry("iana.csv") {
        let id: u16 = number(&row, "id");
        assert_eq!(v9(id), get(ElementId::iana(id)));
    }
    assert_eq!(v9(148), Some(iana::FLOW_ID));
    assert_eq!(v9(176), Some(iana::ICMP_TYPE_IPV4));
}

#[test]
fn v9_field_types_are_derived_from_elements() {
    for (enterprise_number, base) in [(9, 32_768), (35_632, 57_472), (33_610, 33_610), (9, 0)] {
        for element in all().filter(|e| e.id.enterprise_number == enterprise_number) {
            let found = v9(base + element.id.id).unwrap();
            assert_eq!(found.name, element.name);
            assert_eq!(found.id, ElementId::iana(base + element.id.id));
        }
    }
}

#[test]
fn v9_field_types_are_no_ipfix_elements() {
    for id in [8256, 33_002, 40_001, 57_591] {
        assert!(v9(id).is_some());
        assert_eq!(get(ElementId::iana(id)), None);
    }
    let type_57652 = get(ElementId::new(u32::MAX, 24_884)).unwrap();
    assert_eq!(type_57652.name, v9(57_652).unwrap().name);
}

#[test]
fn security_events_of_the_asa_have_their_types() {
    let found = |id| v9(id).map(|element| (element.name, element.data_type.unwrap()));
    for (id, name, data_type) in [
        (33_000, "ingressAclId", DataType::OctetArray),
        (33_001, "egressAclId", DataType::OctetArray),
        (33_002, "firewallExtendedEvent", DataType::Unsigned16),
        (40_000, "userName", DataType::String),
        (40_001, "postNATSourceIPv4Address", DataType::Ipv4Address),
        (
            40_002,
            "postNATDestinationIPv4Address",
            DataType::Ipv4Address,
        ),
        (40_003, "postNAPTSourceTransportPort", DataType::Unsigned16),
        (
            40_004,
            "postNAPTDestinationTransportPort",
            DataType::Unsigned16,
        ),
        (40_005, "firewallEvent", DataType::Unsigned8),
    ] {
        assert_eq!(found(id), Some((name, data_type)));
    }
}

#[test]
fn what_no_registry_lists_is_not_found() {
    for id in [0, 65, 127, 534, 32_767] {
        assert_eq!(get(ElementId::iana(id)), None);
    }
    for enterprise_number in [1, 29_304, 4_294_967_294] {
        assert_eq!(get(ElementId::new(enterprise_number, 1)), None);
    }
    assert_eq!(get(ElementId::new(u32::MAX, 32_767)), None);
    for name in [
        "",
        "a",
        "octetDeltaCoun",
        "octetDeltaCount1",
        "zzz",
        "\u{fffd}",
    ] {
        assert_eq!(by_name(name), None);
    }
    assert_eq!(v9(65_535), None);
}

#[test]
fn v9_scopes_have_their_names() {
    for row in registry("netflow_v9_scopes.csv") {
        assert_eq!(v9_scope(number(&row, "id")), Some(row["name"].as_str()));
    }
    assert_eq!(v9_scope(0), None);
    assert_eq!(v9_scope(6), None);
}

#[test]
fn ranges_are_those_of_the_registry() {
    for row in registry("iana.csv") {
        let element = get(ElementId::iana(number(&row, "id"))).unwrap();
        let bound = |text: &str| match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).unwrap(),
            None => text.parse().unwrap(),
        };
        let range = row["range"].split_once('-');
        assert_eq!(element.range(), range.map(|(a, b)| (bound(a), bound(b))));
    }
    let reverse = get(ElementId::new(29305, 31)).unwrap();
    assert_eq!(reverse.range(), iana::FLOW_LABEL_IPV6.range());
}

#[test]
fn types_semantics_and_units_have_the_numbers_of_rfc_5610() {
    let rows = registry("codes.csv");
    let listed = |id: &'static str| {
        let of_element = rows.iter().filter(move |row| row["element_id"] == id);
        of_element.map(|row| (number::<u8>(row, "value"), row["label"].as_str()))
    };
    assert!(listed("339").eq(DataType::ALL.iter().map(|x| (x.number(), x.name()))));
    assert!(listed("344").eq(Semantics::ALL.iter().map(|x| (x.number(), x.name()))));
    assert!(listed("345").eq(Units::ALL.iter().map(|x| (x.number(), x.name()))));
    for number in 0..=u8::MAX {
        let found = DataType::from_number(number);
        assert_eq!(found.map_or(number, DataType::number), number);
        assert_eq!(Semantics::from_number(number).is_some(), number < 9);
        assert_eq!(Units::from_number(number).is_some(), number < 16);
    }
}

#[test]
fn every_code_has_its_label() {
    for row in registry("codes.csv") {
        if row["element_id"].is_empty() || row["element"].contains('.') {
            continue;
        }
        let id: u16 = number(&row, "element_id");
        let enterprise_number = if id > 32_767 { 0 } else { number(&row, "pen") };
        let element = ElementId::new(enterprise_number, id);
        let value: u32 = number(&row, "value");
        let found = match row["kind"].as_str() {
            "value" => code(element, u64::from(value)),
            "bit" => flag(element, u8::try_from(value).unwrap()),
            _ => flag(element, u8::try_from(value.ilog2()).unwrap()),
        };
        assert_eq!(found, Some(row["label"].as_str()), "{row:?}");
    }
    for row in registry("forwarding_status.csv") {
        let label = code(iana::FORWARDING_STATUS.id, number(&row, "value")).unwrap();
        assert!(label.starts_with(&row["status"]));
        assert!(row["reason"] == "Unknown" || label.ends_with(&row["reason"]));
    }
    for row in registry("sflow_drop_reasons.csv") {
        let name = sflow_drop_reason(number(&row, "value"));
        assert_eq!(name, Some(row["name"].as_str()));
    }
    for row in registry("sflow_header_protocols.csv") {
        let name = sflow_header_protocol(number(&row, "value"));
        assert_eq!(name, Some(row["name"].as_str()));
    }
}

#[test]
fn other_numbers_of_an_element_have_its_labels() {
    assert_eq!(code(ElementId::new(29305, 4), 17), Some("UDP"));
    assert_eq!(flag(ElementId::new(29305, 6), 4), Some("ACK"));
    let event = iana::FIREWALL_EVENT.id;
    assert!(code(event, 1).is_some());
    assert_eq!(code(ElementId::iana(40_005), 1), code(event, 1));
    let segment = ElementId::iana(32_768 + 9252);
    assert_eq!(code(segment, 16), Some("Pass-Through"));
    let as_ipfix = ElementId::new(u32::MAX, 33_002 - 32_768);
    assert_eq!(code(as_ipfix, 1001), Some("Denied by ingress ACL"));
}

#[test]
fn values_without_a_label_have_none() {
    assert_eq!(code(iana::PROTOCOL_IDENTIFIER.id, 255), None);
    assert_eq!(code(iana::PROTOCOL_IDENTIFIER.id, u64::MAX), None);
    assert_eq!(code(iana::TCP_CONTROL_BITS.id, 1), None);
    assert_eq!(flag(iana::TCP_CONTROL_BITS.id, 63), None);
    assert_eq!(flag(iana::PROTOCOL_IDENTIFIER.id, 6), None);
    assert_eq!(code(ElementId::iana(65_535), 0), None);
    assert_eq!(sflow_drop_reason(u32::MAX), None);
    assert_eq!(sflow_header_protocol(0), None);
}

#[test]
fn the_tables_stay_small() {
    let elements = size_of_val(&table::ROWS)
        + size_of_val(&table::BLOCKS)
        + size_of_val(&table::BY_NAME)
        + size_of_val(&table::RANGES)
        + table::NAMES.len();
    let codes = codes::size();
    assert!(elements + codes < 200 * 1024, "{elements} and {codes}");
    assert!(size_of::<super::row::Row>() <= 12);
    assert_eq!(size_of::<Option<InformationElement>>(), 32);
}
