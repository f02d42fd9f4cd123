//! Decoding continues after a restart as if nothing had happened.

use netflow_core::element::{DataType, DefinedElement, Definitions, ElementId};
use netflow_core::{DatagramId, Decoder, Fact, Limits, SequenceEvent};

use crate::builder::{Message, problems, words};
use crate::octets::{domain, section, snapshot};
use crate::world::{
    INPUT, NAMED, decoder, later, named, numbered, receive, restarted, sampled, sflow, v5, world,
};

/// Everything that can be asked of a decoder's state, in order.
fn shown(decoder: &Decoder) -> Vec<String> {
    let domains = decoder.domains().map(|mut domain| {
        domain.state_octets = 0;
        format!("{domain:?}")
    });
    let templates = decoder.templates().map(|known| format!("{known:?}"));
    let announced = decoder.announced().map(|fact| format!("{fact:?}"));
    let mut shown: Vec<_> = domains.chain(templates).chain(announced).collect();
    shown.sort();
    shown
}

#[test]
fn what_was_loaded_is_saved_as_the_same_octets() {
    let first = world(1);
    let snapshot = first.save();
    let mut second = decoder(2);
    let report = second.load(&snapshot).unwrap();
    assert_eq!((report.domains, report.templates), (4, 15));
    assert_eq!(report.refused, 0);
    assert_eq!(shown(&second), shown(&first));
    assert_eq!(second.save(), snapshot);
}

#[test]
fn templates_rates_and_waiting_data_keep_the_input_and_frame_they_came_from() {
    let mut first = world(1);
    let early = numbered(&Message::v9(7).set(300, &[0, 53]), 5);
    first.decode(later(1, 7, &early)).unwrap();
    let mut second = restarted(&first);
    let inputs: Vec<_> = second
        .templates()
        .map(|known| known.datagram.input)
        .collect();
    assert!(inputs.iter().all(|input| *input == INPUT));
    let rates: Vec<_> = second
        .announced()
        .filter_map(|known| match known.fact {
            Fact::Rate { datagram, .. } => Some(datagram.input),
            _ => None,
        })
        .collect();
    assert!(!rates.is_empty() && rates.iter().all(|input| *input == INPUT));
    let template = numbered(&Message::v9(7).template(300, &[(7, 2)]), 6);
    let template = later(1, 8, &template).with_frame(4, 1);
    let message = second.decode(template).unwrap();
    let flow = message.flows().next().unwrap();
    let waited = DatagramId {
        input: INPUT,
        frame: 8,
    };
    assert_eq!(flow.header().datagram_id(), waited);
}

#[test]
fn an_entry_whose_input_a_snapshot_does_not_hold_has_the_input_0() {
    let template = |id: u8| {
        let record = [1, id, 0, 1, 0, 7, 0, 2];
        [&[0; 8][..], &[0, 0, 0, 0, 0, 0, 0, 5], &[0, 0, 8], &record].concat()
    };
    let templates = section(7, &[template(0), template(1), template(2)].concat());
    let of_second = [7, 0, 0, 0, 1, 0, 0, 0, 9];
    let of_a_rate = [8, 0, 0, 0, 2, 0, 0, 0, 6];
    let inputs = section(19, &[of_a_rate, of_second].concat());
    let mut decoder = decoder(1);
    let report = decoder.load(&snapshot(&domain(7, &[templates, inputs].concat())));
    assert_eq!(report.unwrap().templates, 3);
    let mut inputs: Vec<_> = decoder
        .templates()
        .map(|known| (known.template.id(), known.datagram.input))
        .collect();
    inputs.sort_unstable();
    assert_eq!(inputs, [(256, 0), (257, 9), (258, 0)]);
}

#[test]
fn the_same_state_yields_the_same_octets_with_any_hash_key() {
    assert_eq!(world(1).save(), world(2).save());
}

#[test]
fn a_decoder_that_knows_nothing_saves_nothing() {
    let snapshot = decoder(1).save();
    assert_eq!(snapshot.len(), 22);
    let mut decoder = world(1);
    let before = decoder.save();
    assert_eq!(decoder.load(&snapshot), Ok(Default::default()));
    assert_eq!(decoder.save(), before);
}

#[test]
fn a_buffer_is_used_again() {
    let mut buffer = vec![1; 100_000];
    let place = buffer.as_ptr();
    world(1).save_into(&mut buffer);
    assert_eq!((buffer.as_ptr(), &buffer), (place, &world(1).save()));
}

#[test]
fn flows_have_their_template_and_their_rates() {
    let mut decoder = restarted(&world(1));
    let data = Message::v9(7).set(256, &[1, 0, 53, 2, 0, 54]);
    let payload = numbered(&data, 5);
    let message = decoder.decode(later(1, 8, &payload)).unwrap();
    assert_eq!(message.problems().count(), 0);
    let flows: Vec<_> = message
        .flows()
        .map(|flow| (flow.source_port(), flow.sampling_rate(), flow.sampling()))
        .collect();
    let sampler = (Some(53), Some(10), Some("sampler"));
    assert_eq!(flows, [sampler, (Some(54), Some(100), Some("exporter"))]);
}

#[test]
fn rates_keep_their_scope() {
    let mut decoder = restarted(&world(1));
    let data = Message::ipfix(9).set(310, &words(&[7, 12, 8, 12, 8, 13]));
    let payload = numbered(&data, 6);
    let message = decoder.decode(later(1, 9, &payload)).unwrap();
    let flows: Vec<_> = message
        .flows()
        .map(|flow| (flow.sampling_rate(), flow.sampling()))
        .collect();
    let sequence = (Some(400), Some("flow_selection"));
    assert_eq!(flows, [sequence, (Some(20), Some("scope")), (None, None)]);
}

#[test]
fn flows_have_the_names_and_types_that_options_announced() {
    let mut decoder = restarted(&world(1));
    let payload = numbered(&Message::ipfix(9).set(256, NAMED), 6);
    let message = decoder.decode(later(1, 8, &payload)).unwrap();
    assert_eq!(message.problems().count(), 0);
    let flow = message.flows().next().unwrap();
    assert_eq!(flow.input_interface_name().unwrap().to_string(), "ge-1");
    assert_eq!(flow.ingress_vrf_name().unwrap().to_string(), "blue");
    assert_eq!(flow.application_name().unwrap().to_string(), "http");
    let record = flow.record().unwrap();
    let queue = record.fields().nth(3).unwrap();
    assert_eq!(queue.template().name(), Some("queue"));
    assert_eq!(queue.value().unwrap().to_string(), "77");
    let start = message.headers().next().unwrap().system_init;
    assert_eq!(start.unwrap().to_string(), "2023-11-14T22:13:20Z");
}

#[test]
fn the_next_number_is_in_order_and_a_gap_is_one() {
    let options = |number| numbered(&sampled(), number);
    let v9 = |number| numbered(&Message::v9(7).set(256, &[1, 0, 53]), number);
    let mut decoder = restarted(&world(1));
    let mut event = |payload: &[u8]| {
        let message = decoder.decode(later(1, 9, payload)).unwrap();
        message.headers().next().unwrap().sequence_event
    };
    // Options with the number 4 were received when 2 was expected: that the flows are
    // numbered together with them is known now.
    assert_eq!(event(&v9(5)), SequenceEvent::Gap(2));
    assert_eq!(event(&v9(6)), SequenceEvent::InOrder);
    assert_eq!(event(&v9(3)), SequenceEvent::Late);
    // The payloads of before are not known: options may be numbered separately.
    assert_eq!(event(&options(1)), SequenceEvent::None);
    assert_eq!(event(&options(1)), SequenceEvent::Duplicate);
    assert_eq!(event(&v5(106)), SequenceEvent::InOrder);
    assert_eq!(event(&v5(109)), SequenceEvent::Gap(2));
    assert_eq!(event(&sflow(3, 14, 5)), SequenceEvent::InOrder);
}

#[test]
fn counts_go_on_from_where_they_were() {
    let mut whole = world(1);
    let mut decoder = restarted(&whole);
    for decoder in [&mut whole, &mut decoder] {
        receive(decoder, 9, &sflow(5, 20, 9));
        receive(decoder, 9, &v5(107));
        receive(decoder, 9, &numbered(&named(b"ge-1"), 6));
    }
    assert_eq!(shown(&decoder), shown(&whole));
    assert_eq!(decoder.save(), whole.save());
    let samples = decoder.domains().map(|domain| domain.samples);
    let samples = samples.max_by_key(|counts| counts.received).unwrap();
    assert_eq!((samples.lost, samples.drops), (2 + 6, 2 + 4));
}

#[test]
fn templates_are_as_old_as_they_were() {
    let payload = numbered(&Message::v9(7).set(256, &[1, 0, 53]), 5);
    let mut decoder = restarted(&world(1));
    let soon = later(1, 7 + 30 * 60, &payload);
    assert_eq!(problems(&mut decoder, soon), [""; 0]);
    let mut decoder = restarted(&world(1));
    let too_late = later(1, 8 + 30 * 60, &payload);
    assert_eq!(problems(&mut decoder, too_late), ["no_template"]);
}

#[test]
fn templates_are_compiled_by_the_definitions_of_the_new_decoder() {
    let id = ElementId::new(99_999, 5);
    let mine = DefinedElement::new(id, "mine", DataType::OctetArray);
    let definitions: Definitions = [mine].into_iter().collect();
    let mut decoder = Decoder::new(Limits::new(1)).with_definitions(definitions);
    decoder.load(&world(1).save()).unwrap();
    let mut templates = decoder.templates();
    let flow =
        templates.find(|known| known.domain.observation_domain == 9 && known.template.id() == 256);
    let field = &flow.unwrap().template.fields()[3];
    assert_eq!(field.name(), Some("mine"));
}

#[test]
fn data_that_waits_is_decoded_when_the_loaded_template_is_sent() {
    let mut decoder = decoder(1);
    let data = Message::v9(7).set(256, &[1, 0, 53]);
    receive(&mut decoder, 8, &numbered(&data, 5));
    decoder.load(&world(1).save()).unwrap();
    let payload = numbered(&sampled(), 6);
    for late in [1, 0] {
        let message = decoder.decode(later(1, 9, &payload)).unwrap();
        assert_eq!(message.flows().count(), late);
    }
    let payload = numbered(&Message::v9(7).set(256, &[1, 0, 54]), 8);
    let message = decoder.decode(later(1, 9, &payload)).unwrap();
    assert_eq!(message.flows().count(), 1);
}

#[test]
fn data_that_waits_is_saved_and_taken_once() {
    let mut first = decoder(1);
    let data = Message::v9(7).set(256, &[1, 0, 53]);
    receive(&mut first, 8, &numbered(&data, 5));
    let saved = first.save();
    let mut decoder = decoder(1);
    for _ in 0..2 {
        decoder.load(&saved).unwrap();
    }
    assert_eq!(decoder.save(), saved);
    let payload = numbered(&sampled(), 6);
    for late in [1, 0] {
        let message = decoder.decode(later(1, 9, &payload)).unwrap();
        assert_eq!(message.flows().count(), late);
    }
}

#[test]
fn data_that_waits_is_refused_where_there_is_no_room() {
    let mut first = decoder(1);
    let data = Message::v9(7).set(256, &[1; 300]);
    receive(&mut first, 8, &numbered(&data, 5));
    let limits = Limits::new(1).with_waiting_octets(100);
    let mut decoder = Decoder::new(limits);
    assert_eq!(decoder.load(&first.save()).unwrap().refused, 1);
    let payload = numbered(&sampled(), 6);
    let message = decoder.decode(later(1, 9, &payload)).unwrap();
    assert_eq!(message.flows().count(), 0);
}

#[test]
fn a_v9_exporter_that_counts_flows_is_known_as_such() {
    let flows = |number: u32| {
        let message = Message::v9(1).template(256, &[(8, 4)]);
        numbered(&message.set(256, &words(&[1, 2, 3, 4])), number)
    };
    let mut whole = decoder(1);
    for n in 0..8 {
        receive(&mut whole, n, &flows(n * 4));
    }
    let mut decoder = restarted(&whole);
    receive(&mut decoder, 8, &flows(8 * 4));
    let counts = decoder.domains().next().unwrap().sequence;
    assert_eq!(counts.lost, 0);
}

#[test]
fn samplers_and_selectors_have_the_names_they_had() {
    let mut whole = decoder(1);
    let options = Message::ipfix(9)
        .options_template(300, 1, &[(48, 1), (84, 4)])
        .set(300, b"\x07core")
        .options_template(301, 1, &[(302, 1), (335, 4)])
        .set(301, b"\x07edge");
    receive(&mut whole, 1, &numbered(&options, 1));
    let mut decoder = restarted(&whole);
    assert_eq!(shown(&decoder), shown(&whole));
    assert_eq!(decoder.save(), whole.save());
    // The section as the table of the format has it: kind 13, 30 octets.
    let entries = b"\0\x0d\0\0\0\0\0\0\0\x1e\
        \x01\0\0\0\0\0\0\0\x07\0\x04core\x02\0\0\0\0\0\0\0\x07\0\x04edge";
    let snapshot = whole.save();
    let found = snapshot.windows(entries.len());
    assert_eq!(found.filter(|octets| octets == entries).count(), 1);
    let flows = Message::ipfix(9)
        .template(256, &[(48, 1)])
        .set(256, &[7])
        .template(257, &[(302, 1)])
        .set(257, &[7]);
    let payload = numbered(&flows, 2);
    let message = decoder.decode(later(1, 2, &payload)).unwrap();
    let names: Vec<_> = message
        .flows()
        .map(|flow| flow.sampler_name().unwrap().to_string())
        .collect();
    assert_eq!(names, ["core", "edge"]);
}

#[test]
fn applications_are_described_as_they_were() {
    let mut whole = decoder(1);
    let options = Message::ipfix(9)
        .options_template(300, 1, &[(95, 4), (94, 5)])
        .set(300, b"\x0d\0\0\x50pages");
    receive(&mut whole, 1, &numbered(&options, 1));
    let mut decoder = restarted(&whole);
    assert_eq!(shown(&decoder), shown(&whole));
    assert_eq!(decoder.save(), whole.save());
    // Kind 14 of the table of the format.
    let entry = b"\0\x0e\0\0\0\0\0\0\0\x0d\0\x04\x0d\0\0\x50\0\x05pages";
    let snapshot = whole.save();
    let found = snapshot.windows(entry.len());
    assert_eq!(found.filter(|octets| octets == entry).count(), 1);
    let flow = Message::ipfix(9).template(256, &[(95, 3)]);
    let payload = numbered(&flow.set(256, &[13, 0, 80]), 2);
    let message = decoder.decode(later(1, 2, &payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!(flow.application_name().unwrap().to_string(), "pages");
}
