//! Numbers of any width, in a record anywhere in its set.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

/// An IPFIX message of one template (256) and the body of one data set.
fn message(fields: &[(u16, u16)], body: &[u8]) -> Vec<u8> {
    let mut specifiers = vec![1, 0];
    specifiers.extend(u16::try_from(fields.len()).unwrap().to_be_bytes());
    for (element, length) in fields {
        specifiers.extend(element.to_be_bytes());
        specifiers.extend(length.to_be_bytes());
    }
    let mut octets = vec![0; 16];
    octets[1] = 10;
    for (id, contents) in [(2_u16, specifiers.as_slice()), (256, body)] {
        octets.extend(id.to_be_bytes());
        octets.extend(u16::try_from(contents.len() + 4).unwrap().to_be_bytes());
        octets.extend(contents);
    }
    let length = u16::try_from(octets.len()).unwrap();
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    octets
}

/// Ports and octets of each flow.
fn read(payload: &[u8]) -> Vec<(Option<u16>, Option<u64>)> {
    let mut decoder = Decoder::new(Limits::new(1));
    let message = decoder
        .decode(Datagram::new(
            "192.0.2.1:4739".parse().unwrap(),
            Transport::Udp,
            Timestamp::UNIX_EPOCH,
            payload,
        ))
        .unwrap();
    assert_eq!(message.problems().count(), 0);
    let flows = message.flows();
    flows
        .map(|flow| (flow.source_port(), flow.octets()))
        .collect()
}

#[test]
fn a_number_of_any_width_is_read_in_the_middle_and_at_the_end_of_a_set() {
    for width in 1..=8_u16 {
        let number = 0xf1f2_f3f4_f5f6_f7f8_u64 >> (64 - 8 * width);
        let record = [
            &[0, 53][..],
            &number.to_be_bytes()[8 - usize::from(width)..],
        ]
        .concat();
        let body = [record.as_slice(), &record, &record].concat();
        let flows = read(&message(&[(7, 2), (1, width)], &body));
        assert_eq!(flows, [(Some(53), Some(number)); 3], "of {width} octets");
    }
}

#[test]
fn a_number_of_or_after_variable_length_is_read_in_its_own_record() {
    let body = [3, b'a', b'b', b'c', 0, 53, 2, 4, 0, 0, 0, 54, 0];
    let flows = read(&message(&[(96, u16::MAX), (7, 2), (1, u16::MAX)], &body));
    assert_eq!(flows, [(Some(53), Some(1024)), (Some(54), None)]);
}

#[test]
fn a_number_is_no_shorter_for_a_record_that_is_cut() {
    // The second record lacks its last octet, which is padding then.
    let flows = read(&message(&[(7, 2), (1, 3)], &[0, 53, 1, 0, 0, 0, 54, 1, 0]));
    assert_eq!(flows, [(Some(53), Some(65_536))]);
}

#[test]
fn a_field_that_was_not_sent_is_absent() {
    let flows = read(&message(&[(7, 2)], &[0, 53, 0, 54]));
    assert_eq!(flows, [(Some(53), None), (Some(54), None)]);
}
