//! A projection yields what the accessors of a flow yield, for every field.

use std::collections::HashMap;

use netflow_core::field::FlowField;
use netflow_core::value::MacAddress;
use netflow_core::{
    ColumnValues, Decoded, Decoder, Flow, FlowColumn, FlowColumns, FlowValue, OptionsScope,
    Projection, Set,
};
use proptest::prelude::proptest;

use crate::captured;
use crate::mutation::{CAPTURES, datagrams};
use crate::{datagram, decoder};

/// Two values are the same, to the octet.
fn are_same(one: &FlowValue<'_>, other: &FlowValue<'_>) -> bool {
    use FlowValue as V;
    match (one, other) {
        (V::Unsigned(one), V::Unsigned(other)) => one == other,
        (V::Flag(one), V::Flag(other)) => one == other,
        (V::Address(one), V::Address(other)) => one == other,
        (V::Mac(one), V::Mac(other)) => one == other,
        (V::Time(one), V::Time(other)) => one == other,
        (V::Duration(one), V::Duration(other)) => one == other,
        (V::Text(one), V::Text(other)) => one.octets() == other.octets(),
        (V::Octets(one), V::Octets(other)) => one == other,
        (V::Name(one), V::Name(other)) => one == other,
        (V::Application(one), V::Application(other)) => one == other,
        (V::Numbers(one), V::Numbers(other)) => one.iter().eq(other.iter()),
        _ => false,
    }
}

/// All fields, and some of them once more.
fn projection() -> Projection {
    let again = [FlowField::Start, FlowField::Octets];
    Projection::new(FlowField::ALL.iter().copied().chain(again))
}

/// Compares every field of every flow. Returns the number of values that were compared.
fn compare(decoded: Decoded<'_>, projection: &mut Projection) -> usize {
    let mut values = 0;
    let mut former: Option<Flow<'_>> = None;
    for set in decoded.sets() {
        let projected = projection.of(&set);
        let columns: Vec<_> = projected
            .fields()
            .iter()
            .map(|field| set.column(*field))
            .collect();
        assert_eq!(
            format!("{columns:?}"),
            format!("{:?}", projected.columns()),
            "of set {}",
            set.id()
        );
        let first = set.flows().next();
        for flow in set.flows() {
            for (field, column) in projected.fields().iter().zip(projected.columns()) {
                check_column(*column, *field, &flow, first.as_ref());
            }
        }
        values += compare_samples(&set, projection);
        let projected = projection.of(&set);
        for flow in set.flows().with_discarded() {
            // A reverse direction has its fields elsewhere, and one of another set may.
            for flow in [Some(flow), flow.reverse(), former].into_iter().flatten() {
                for (position, field) in projected.fields().iter().enumerate() {
                    let expected = flow.get(*field);
                    let value = projected.value(&flow, position);
                    let is_same = match (&expected, &value) {
                        (Some(one), Some(other)) => are_same(one, other),
                        (None, None) => true,
                        _ => false,
                    };
                    let name = field.name();
                    assert!(
                        is_same,
                        "{name} is {expected:?} and by projection {value:?}"
                    );
                    values += usize::from(value.is_some());
                    typed(
                        &expected,
                        [
                            projected.number(&flow, position).map(FlowValue::Unsigned),
                            projected.address(&flow, position).map(FlowValue::Address),
                            projected.time(&flow, position).map(FlowValue::Time),
                        ],
                    );
                }
            }
            former = Some(flow);
        }
    }
    values
}

/// Compares every field of every sFlow sample. Returns the number of values that were compared.
fn compare_samples(set: &Set<'_>, projection: &mut Projection) -> usize {
    let mut values = 0;
    let mut first_of = HashMap::new();
    let mut former = None;
    for flow in set.flows().with_discarded() {
        let Some(projected) = projection.of_sample(&flow) else {
            assert!(flow.record().is_some());
            continue;
        };
        let key = projected.key().map(|key| (key.slot, key.version));
        assert!(key.is_some_and(|(slot, _)| slot < Projection::SLOTS));
        let first = *first_of.entry(key).or_insert(flow);
        for (position, field) in projected.fields().iter().enumerate() {
            check_column(projected.columns()[position], *field, &flow, Some(&first));
            for flow in [Some(flow), former].into_iter().flatten() {
                let (expected, value) = (flow.get(*field), projected.value(&flow, position));
                let is_same = match (&expected, &value) {
                    (Some(one), Some(other)) => are_same(one, other),
                    (None, None) => true,
                    _ => false,
                };
                assert!(is_same, "{field:?} is {expected:?}, by its shape {value:?}");
                values += usize::from(value.is_some());
            }
        }
        former = Some(flow);
    }
    values
}

/// A column says the same of each flow of its set as the flow itself.
fn check_column(column: FlowColumn, field: FlowField, flow: &Flow<'_>, first: Option<&Flow<'_>>) {
    let expected = flow.get(field);
    let octets = match (flow.record(), flow.sample()) {
        (Some(record), _) => record.octets(),
        (None, sample) => sample.unwrap().octets(),
    };
    let said = match column {
        FlowColumn::Absent => None,
        FlowColumn::Same => first.and_then(|first| first.get(field)),
        FlowColumn::Number(place) => {
            let octets = octets[place.offset..][..place.width].iter();
            let number = octets.fold(0, |number, octet| number << 8 | u64::from(*octet));
            Some(FlowValue::Unsigned(number))
        }
        FlowColumn::Octets(place) => Some(match octets[place.offset..][..place.width] {
            [a, b, c, d] => FlowValue::Address([a, b, c, d].into()),
            [a, b, c, d, e, f] => FlowValue::Mac(MacAddress([a, b, c, d, e, f])),
            ref address => FlowValue::Address(<[u8; 16]>::try_from(address).unwrap().into()),
        }),
        FlowColumn::Bits { place, shift, mask } => Some(FlowValue::Unsigned(
            (octets[place.offset] >> shift & mask).into(),
        )),
        _ => return,
    };
    let is_same = match (&expected, &said) {
        (Some(one), Some(other)) => are_same(one, other),
        (None, None) => true,
        _ => false,
    };
    assert!(is_same, "{field:?} is {expected:?}, by its column {said:?}");
}

/// Reads each set by columns, in two parts, and compares every value.
fn compare_columns(decoded: Decoded<'_>, projection: &mut Projection) {
    for set in decoded.sets() {
        let mut columns = FlowColumns::new(projection);
        let half = set.flows().count() / 2;
        let read = projection.read(&set, 0..half, &mut columns)
            + projection.read(&set, half..usize::MAX, &mut columns);
        assert_eq!(read, set.flows().count());
        for (position, field) in projection.fields().iter().enumerate() {
            let values = columns.values(position).unwrap();
            for (row, flow) in set.flows().enumerate() {
                let expected = flow.get(*field);
                let is_same = is_in_column(&values, row, expected.as_ref());
                assert!(is_same, "{} of row {row} is {expected:?}", field.name());
            }
        }
    }
}

/// The column has this value in this row.
fn is_in_column(values: &ColumnValues<'_>, row: usize, expected: Option<&FlowValue<'_>>) -> bool {
    use ColumnValues as C;
    use FlowValue as V;
    match (values, expected) {
        (C::Numbers { numbers, present }, expected) => {
            let expected = expected.map(|value| match value {
                V::Unsigned(number) => *number,
                V::Flag(flag) => u64::from(*flag),
                other => panic!("{other:?}"),
            });
            (numbers[row], present.is_none_or(|present| present[row]))
                == (expected.unwrap_or(0), expected.is_some())
        }
        (C::Nanos { nanos, present }, expected) => {
            let expected = expected.map(|value| match value {
                V::Time(time) => time.as_nanos(),
                V::Duration(nanos) => *nanos,
                other => panic!("{other:?}"),
            });
            (nanos[row], present.is_none_or(|present| present[row]))
                == (expected.unwrap_or(0), expected.is_some())
        }
        (C::Addresses(values), Some(V::Address(address))) => values[row] == Some(*address),
        (C::Addresses(values), None) => values[row].is_none(),
        (C::Macs(values), Some(V::Mac(address))) => values[row] == Some(*address),
        (C::Macs(values), None) => values[row].is_none(),
        (C::Names(values), Some(V::Name(name))) => values[row] == Some(*name),
        (C::Names(values), None) => values[row].is_none(),
        (C::Octets(column), Some(V::Text(text))) => column.get(row) == Some(text.octets()),
        (C::Octets(column), Some(V::Octets(octets))) => column.get(row) == Some(octets),
        (C::Octets(column), Some(V::Application(id))) => {
            let (engine, others) = column.get(row).unwrap().split_first().unwrap();
            (*engine, others) == (id.engine(), id.selector_octets())
        }
        (C::Octets(column), None) => column.get(row).is_none(),
        (C::Lists(column), Some(V::Numbers(numbers))) => {
            numbers.iter().eq(column.get(row).unwrap().iter().copied())
        }
        (C::Lists(column), None) => column.get(row).is_none(),
        (column, value) => panic!("{value:?} in {column:?}"),
    }
}

/// What is read by type is the value if it has that type, and nothing if it has another.
fn typed(expected: &Option<FlowValue<'_>>, typed: [Option<FlowValue<'_>>; 3]) {
    use FlowValue as V;
    let has_type = matches!(expected, Some(V::Unsigned(_) | V::Address(_) | V::Time(_)));
    let mut read = typed.into_iter().flatten();
    match read.next() {
        Some(value) => assert!(expected.as_ref().is_some_and(|one| are_same(one, &value))),
        None => assert!(!has_type, "{expected:?} is not read by its type"),
    }
    assert!(read.next().is_none());
}

/// Decoders that differ in what is known of flows besides their records.
fn decoders() -> [Decoder; 4] {
    let rates = || ["0.0.0.0/0=1000", "::/0=1000"].map(|rate| rate.parse().unwrap());
    [
        decoder(),
        decoder().with_options_scope(OptionsScope::Exporter),
        decoder().with_configured_rates(rates().into_iter().collect()),
        decoder().with_override_rates(rates().into_iter().collect()),
    ]
}

/// The captures of single cases.
fn cases() -> Vec<Vec<captured::Captured>> {
    let folder = netflow_testdata::folder().join("cases");
    let captures = netflow_testdata::files(&folder, |name| name.ends_with(".pcap"));
    captures.into_iter().map(captured::read).collect()
}

#[test]
fn a_projection_yields_what_the_accessors_do_in_every_capture() {
    // One for all, so that templates are displaced by others and by those of other decoders.
    let mut projection = projection();
    let mut values = 0;
    let cases = cases();
    for capture in CAPTURES.iter().chain(&cases) {
        for mut decoder in decoders() {
            for datagram in capture {
                if let Ok(decoded) = decoder.decode(datagram.datagram()) {
                    values += compare(decoded, &mut projection);
                    compare_columns(decoded, &mut projection);
                }
            }
        }
    }
    assert!(values > 100_000, "only {values} values were compared");
}

#[test]
fn fields_that_no_flow_of_a_template_has_are_absent_columns() {
    let mut projection = Projection::new([FlowField::Octets, FlowField::Vlan, FlowField::AsPath]);
    let capture = captured::read("genuine/sf_v5.pcap");
    let mut decoder = decoder();
    let decoded = decoder.decode(capture[0].datagram()).unwrap();
    let set = decoded.sets().next().unwrap();
    let key = projection.of(&set).key();
    assert!(key.is_some_and(|key| key.slot < Projection::SLOTS));
    assert_eq!(projection.of(&set).key(), key);
    let columns = projection.of(&set).columns();
    let absent = |column: &FlowColumn| matches!(column, FlowColumn::Absent);
    assert_eq!(
        columns.iter().map(absent).collect::<Vec<_>>(),
        [false, true, true]
    );
}

proptest! {
    #[test]
    fn a_projection_yields_what_the_accessors_do_of_any_octets(datagrams in datagrams()) {
        let mut projection = projection();
        let mut decoder = decoder();
        for (genuine, changed) in &datagrams {
            for payload in [genuine, changed] {
                if let Ok(decoded) = decoder.decode(datagram(1, payload)) {
                    compare(decoded, &mut projection);
                    compare_columns(decoded, &mut projection);
                }
            }
        }
    }
}
