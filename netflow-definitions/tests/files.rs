//! Files of definitions as their tools document them.

use netflow_core::element::{DataType, ElementId};
use netflow_definitions::{parse, parse_interfaces};

/// Enterprise, number, name and type of each definition.
fn found(text: &str) -> Vec<(u32, u16, String, DataType)> {
    let found = parse(text, "file").unwrap();
    found
        .into_iter()
        .map(|found| {
            let element = found.element;
            let id = element.id;
            (
                id.enterprise_number,
                id.id,
                element.name.into(),
                element.data_type,
            )
        })
        .collect()
}

fn row(pen: u32, id: u16, name: &str, data_type: DataType) -> (u32, u16, String, DataType) {
    (pen, id, name.to_owned(), data_type)
}

#[test]
fn definitions_of_logstash_are_read() {
    let netflow =
        "---\n85:\n- :uint32\n- :my_counter # a comment\n999:\n- :skip\n1000:\n  - 4\n  - :four\n";
    let expected = [
        row(0, 85, "my_counter", DataType::Unsigned32),
        row(0, 1000, "four", DataType::Unsigned64),
    ];
    assert_eq!(found(netflow), expected);
    let ipfix =
        "0:\n  210:\n    - :skip\n29305:\n  1:\n    - :uint64\n    - :reverseOctetDeltaCount\n";
    let expected = [row(
        29305,
        1,
        "reverseOctetDeltaCount",
        DataType::Unsigned64,
    )];
    assert_eq!(found(ipfix), expected);
}

#[test]
fn definitions_of_elastic_may_be_in_brackets() {
    let text = "57590: [:uint16, nprobe_proto]\n6871:\n  999: [':ip4_addr', \":peer\"]\n";
    let expected = [
        row(0, 57590, "nprobe_proto", DataType::Unsigned16),
        row(6871, 999, "peer", DataType::Ipv4Address),
    ];
    assert_eq!(found(text), expected);
}

#[test]
fn definitions_of_fluentd_are_under_option() {
    let text =
        "option:\n  200:\n  - :string\n  - :site\nscope:\n  1:\n  - :ip4_addr\n  - :system\n";
    assert_eq!(found(text), [row(0, 200, "site", DataType::String)]);
}

#[test]
fn the_mapping_of_goflow2_names_elements() {
    let text = "formatter:\n  fields:\n    - type\nipfix:\n  mapping:\n    - field: 61\n      destination: flow_direction\n    - field: 34\n      pen: 45346\n      destination: queue\n";
    let expected = [
        row(0, 61, "flow_direction", DataType::Unsigned8),
        row(45346, 34, "queue", DataType::OctetArray),
    ];
    assert_eq!(found(text), expected);
}

#[test]
fn both_forms_of_csv_are_read() {
    let own = "pen,id,name,type,semantics,units\n99999,7,queueDepth,unsigned32,quantity,packets\n";
    assert_eq!(
        found(own),
        [row(99_999, 7, "queueDepth", DataType::Unsigned32)]
    );
    let iana = "ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description\n\
                0,Reserved,,,,\n1,octetDeltaCount,unsigned64,deltaCounter,current,\"two\nlines, \"\"quoted\"\"\"\n\
                105-127,Assigned for NetFlow v9 compatibility,,,,\n";
    assert_eq!(
        found(iana),
        [row(0, 1, "octetDeltaCount", DataType::Unsigned64)]
    );
}

#[test]
fn a_definition_may_mean_the_same_as_an_element() {
    let same_as = |data_type: &str, cell: &str| {
        let text = format!("pen,id,name,type,same_as\n99999,7,mine,{data_type},{cell}\n");
        let found = parse(&text, "mine.csv").map_err(|error| error.to_string())?;
        assert_eq!(found[0].element.origin.as_deref(), Some("mine.csv:2"));
        Ok(found[0].element.same_as)
    };
    let octets = Ok(Some(ElementId::iana(1)));
    assert_eq!(same_as("unsigned64", "octetDeltaCount"), octets);
    assert_eq!(same_as("unsigned32", "1"), octets);
    assert_eq!(same_as("unsigned64", "0/1"), octets);
    assert_eq!(same_as("unsigned64", "octets"), octets); // the field of flows
    assert_eq!(same_as("unsigned64", ""), Ok(None));
    let source = same_as("ipv6Address", "sourceIPv6Address");
    assert_eq!(source, Ok(Some(ElementId::iana(27))));
    for (data_type, cell, expected) in [
        (
            "string",
            "octetDeltaCount",
            "expected the type of octetDeltaCount, which is unsigned64, found string",
        ),
        (
            "string",
            "octets",
            "expected the name or number of an element that supplies octets as string",
        ),
        (
            "unsigned64",
            "octet",
            "expected the name or number of an element of the registry, found \"octet\"",
        ),
    ] {
        let error: Result<Option<ElementId>, String> = same_as(data_type, cell);
        let error = error.unwrap_err();
        assert!(
            error.starts_with("mine.csv:2: ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn the_registry_of_iana_is_read_from_xml() {
    let text = "<?xml version='1.0'?>\n<registry>\n<record>\n<name>octetDeltaCount</name>\n\
                <dataType>unsigned64</dataType>\n<elementId>1</elementId>\n</record>\n\
                <record><elementId>65-69</elementId></record>\n</registry>\n";
    assert_eq!(
        found(text),
        [row(0, 1, "octetDeltaCount", DataType::Unsigned64)]
    );
}

#[test]
fn an_error_names_the_line_and_what_was_expected() {
    let cases = [
        (
            "1:\n- :uint23\n- :x\n",
            2,
            "expected a number of octets or a type",
        ),
        ("1:\n- :uint32\n", 1, "expected a type and a name"),
        ("one:\n- :uint32\n- :x\n", 1, "expected a number"),
        ("70000:\n- :uint32\n- :x\n", 1, "expected a number"),
        ("1: 2\n", 1, "expected a list"),
        (
            "pen,id,name,type\n1,x,a,string\n",
            2,
            "expected the number of an element",
        ),
        (
            "pen,id,name,type\n1,2,a,text\n",
            2,
            "expected an abstract data type",
        ),
        ("<registry><record>", 1, "expected `</record>`"),
        ("", 1, "expected definitions"),
    ];
    for (text, line, expected) in cases {
        let error = parse(text, "f.yaml").unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(
            error
                .to_string()
                .starts_with(&format!("f.yaml:{line}: {expected}")),
            "{error}"
        );
    }
}

#[test]
fn deep_nesting_and_odd_texts_are_errors_or_nothing() {
    let mut deep = String::new();
    for depth in 0..200 {
        deep.push_str(&" ".repeat(depth));
        deep.push_str("1:\n");
    }
    assert!(parse(&deep, "f").is_err());
    for text in ["- - -", ":", "a: [", "\u{0}", "1:\n - x\n  - y", "\"", "-"] {
        let _ = parse(text, "f");
    }
}

#[test]
fn interfaces_are_read_by_the_names_of_their_columns() {
    let text = "\u{feff}# from the inventory\nName,index,EXPORTER,description,speed\r\n\
                uplink,3,192.0.2.1,\"to \"\"A\"\", on loan\",10G\n\n\
                ,4294967295,2001:db8::1,,\n";
    let found = parse_interfaces(text, "file").unwrap();
    let [first, second] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(first.exporter.to_string(), "192.0.2.1");
    assert_eq!((first.index, first.speed), (3, Some(10_000_000_000)));
    assert_eq!(first.name.as_deref(), Some("uplink"));
    assert_eq!(first.description.as_deref(), Some("to \"A\", on loan"));
    assert_eq!((second.index, second.speed), (u32::MAX, None));
    assert_eq!((&second.name, &second.description), (&None, &None));
}

#[test]
fn a_fault_in_interfaces_names_the_line_and_what_was_expected() {
    let long = "x".repeat(1_025);
    for (text, expected) in [
        ("", "file:1: expected the column \"exporter\" in the first line".to_owned()),
        ("exporter,name", "file:1: expected the column \"index\" in the first line".into()),
        (
            "exporter,index,name,colour",
            "file:1: expected the columns exporter, index, name, speed, description, found \"colour\""
                .into(),
        ),
        ("index,exporter,index,name", "file:1: the column \"index\" is there twice".into()),
        (
            "exporter,index,name\n192.0.2.1,1,a\nrouter,2,b\n",
            "file:3: expected the IP address of an exporter, found \"router\"".into(),
        ),
        (
            "exporter,index,name\n192.0.2.1,4294967296,a\n",
            "file:2: expected the index of an interface, found \"4294967296\"".into(),
        ),
        (
            "exporter,index,name\n192.0.2.1,1\n",
            "file:2: expected 3 cells, found 2".into(),
        ),
        (
            &format!("exporter,index,name\n192.0.2.1,1,{long}\n"),
            "file:2: expected at most 1024 octets, found 1025".into(),
        ),
    ] {
        let error = parse_interfaces(text, "file").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    for speed in [
        "-1",
        "G",
        "1.5G",
        "+1",
        "99999999999999999999",
        "99999999999T",
        "1 G",
        "fast",
        "é",
    ] {
        let text = format!("exporter,index,name,speed\n192.0.2.1,1,a,{speed}\n");
        let error = parse_interfaces(&text, "file").unwrap_err();
        let expected =
            format!("expected bits per second, such as 1000000000 or 1G, found {speed:?}");
        assert_eq!((error.line, error.reason), (2, expected));
    }
}
