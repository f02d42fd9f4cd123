//! What belongs to which message of a datagram.

use crate::builder::{Message, datagram, decoder};

/// interfaceDescription of variable length.
const TEXT: &[(u16, u16)] = &[(83, 65535)];

#[test]
fn each_message_has_its_sets_and_problems_and_is_followed_by_the_data_it_released() {
    // Set 256 waits; its second record is longer than the set.
    let early = Message::ipfix(7).set(256, &[1, b'a', 9, b'b']).octets();
    let first = Message::ipfix(7)
        .set(300, &[0, 53])
        .template(256, TEXT)
        .set(9, &[0, 0])
        .octets();
    let second = Message::ipfix(8).template(256, TEXT).octets();
    let payload = [first, second].concat();
    let mut decoder = decoder();
    decoder.decode(datagram(&early).with_frame(0, 1)).unwrap();
    let decoded = decoder.decode(datagram(&payload).with_frame(0, 2)).unwrap();

    let messages: Vec<_> = decoded
        .messages()
        .map(|message| {
            let header = message.header();
            let sets: Vec<u16> = message.sets().map(|set| set.id()).collect();
            let problems = message.problems();
            let problems: Vec<_> = problems.map(|problem| problem.error.kind.code()).collect();
            let late = message.is_late();
            (
                header.observation_domain,
                header.frame,
                late,
                sets,
                problems,
            )
        })
        .collect();
    let live = vec!["no_template", "reserved_set"];
    assert_eq!(
        messages,
        [
            (7, 2, false, vec![300, 2, 9], live),
            (7, 1, true, vec![256], vec!["record_cut"]),
            (8, 2, false, vec![2], vec![]),
        ]
    );
    let flows = decoded.messages().map(|message| message.flows().count());
    assert_eq!(flows.collect::<Vec<_>>(), [0, 1, 0]);
    let all = decoded.problems().map(|problem| problem.error.kind.code());
    let all: Vec<_> = all.collect();
    assert_eq!(all, ["no_template", "reserved_set", "record_cut"]);
}
