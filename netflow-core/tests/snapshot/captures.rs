//! The captures in `testdata/`, with a restart in their middle.

use netflow_core::Decoder;

use crate::captured::{self, Captured};
use crate::world::{decoder, restarted};

/// What the flows of a datagram say of what the decoder knows, and its problems.
fn shown(decoder: &mut Decoder, datagram: &Captured) -> Vec<String> {
    let Ok(message) = decoder.decode(datagram.datagram()) else {
        return Vec::new();
    };
    let events = message.headers().map(|header| format!("{header:?}"));
    let flows = message.flows().map(|flow| {
        let record = flow.record();
        let fields = record.iter().flat_map(|record| record.fields());
        let fields: Vec<_> = fields.map(|field| format!("{:?}", field.value())).collect();
        let names = [
            flow.input_interface_name(),
            flow.output_interface_name(),
            flow.ingress_vrf_name(),
            flow.application_name(),
            flow.sampler_name(),
        ];
        let sampling = (flow.sampling_rate(), flow.sampling());
        format!("{fields:?} {names:?} {sampling:?} {:?}", flow.start())
    });
    let problems = message.problems().map(|problem| problem.error.to_string());
    events.chain(flows).chain(problems).collect()
}

#[test]
fn a_restart_in_the_middle_of_a_capture_changes_nothing() {
    let (mut compared, mut waited) = (0, 0);
    for path in netflow_testdata::captures() {
        let datagrams = captured::read(&path);
        let (before, after) = datagrams.split_at(datagrams.len() / 2);
        let mut whole = decoder(1);
        for datagram in before {
            shown(&mut whole, datagram);
        }
        let late = whole.stats().late_sets;
        let mut restarted = restarted(&whole);
        assert_eq!(restarted.save(), whole.save(), "{}", path.display());
        // A snapshot does not hold the payloads by which duplicates are recognised.
        let is_new = |datagram: &&Captured| {
            let mut payloads = before.iter().map(|known| &known.payload);
            payloads.all(|payload| *payload != datagram.payload)
        };
        for datagram in after.iter().filter(is_new) {
            let (one, other) = (shown(&mut whole, datagram), shown(&mut restarted, datagram));
            compared += one.len();
            assert_eq!(one, other, "{} {}", path.display(), datagram.frame);
        }
        assert_eq!(restarted.save(), whole.save(), "{}", path.display());
        waited += whole.stats().late_sets - late;
    }
    assert!(compared > 1_000, "only {compared} rows");
    assert!(waited > 0, "no data waited over a restart");
}
