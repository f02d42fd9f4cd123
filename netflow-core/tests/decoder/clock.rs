//! Start and end of flows, in every encoding.

use netflow_core::field::FlowField;
use netflow_core::{FlowColumn, Timestamp};

use crate::builder::{Message, NOW, datagram, decoder, words};

const MS: i64 = 1_000_000;

/// Start and end in milliseconds from [`NOW`], and the rule.
fn times(message: &Message) -> (Option<i64>, Option<i64>, Option<&'static str>) {
    let payload = message.octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().last().unwrap();
    let relative =
        |time: Option<Timestamp>| time.map(|time| time.nanos_since(Timestamp::from_secs(NOW)) / MS);
    (relative(flow.start()), relative(flow.end()), flow.clock())
}

fn uptimes(uptime: u32, first: u32, last: u32) -> Message {
    Message::v9_at(0, uptime)
        .template(256, &[(22, 4), (21, 4)])
        .set(256, &words(&[first, last]))
}

#[test]
fn uptimes_count_back_from_the_header() {
    let times = times(&uptimes(60_000, 40_000, 59_000));
    assert_eq!(times, (Some(-20_000), Some(-1_000), Some("uptime")));
}

#[test]
fn a_flow_may_begin_before_the_wrap_of_the_uptime_and_end_after_it() {
    let times = times(&uptimes(10_000, u32::MAX - 4_999, 5_000));
    assert_eq!(times, (Some(-15_000), Some(-5_000), Some("uptime")));
}

#[test]
fn a_flow_may_have_begun_days_before_its_message() {
    let days = 30 * 86_400_000;
    let times = times(&uptimes(days + 1_000, 1_000, days));
    assert_eq!(
        times,
        (Some(-i64::from(days)), Some(-1_000), Some("uptime"))
    );
}

#[test]
fn an_uptime_a_little_ahead_of_the_header_is_not_49_days_old() {
    let times = times(&uptimes(60_000, 59_000, 60_500));
    assert_eq!(times, (Some(-1_000), Some(500), Some("uptime")));
}

#[test]
fn uptimes_of_eight_octets_may_be_times_since_1970() {
    let now = u64::from(NOW) * 1_000;
    let record = [now - 5_000, now - 1_000].map(u64::to_be_bytes).concat();
    let message = Message::v9_at(0, 60_000)
        .template(256, &[(22, 8), (21, 8)])
        .set(256, &record);
    let expected = (Some(-5_000), Some(-1_000), Some("other_unit"));
    assert_eq!(times(&message), expected);
}

#[test]
fn uptimes_of_eight_octets_are_read() {
    let message = Message::v9_at(0, 60_000)
        .template(256, &[(22, 8), (21, 8)])
        .set(256, &words(&[0, 40_000, 0, 59_000]));
    assert_eq!(
        times(&message),
        (Some(-20_000), Some(-1_000), Some("uptime"))
    );
}

#[test]
fn in_ipfix_uptimes_count_from_the_start_of_the_exporter() {
    let init = (u64::from(NOW) - 100) * 1_000;
    let [high, low] = [init >> 32, init & 0xffff_ffff].map(|n| u32::try_from(n).unwrap());
    let flow = [(22, 4), (21, 4), (160, 8)];
    let in_record = Message::ipfix(0)
        .template(256, &flow)
        .set(256, &words(&[40_000, 50_000, high, low]));
    let expected = (Some(-60_000), Some(-50_000), Some("system_init"));
    assert_eq!(times(&in_record), expected);
    let in_options = Message::ipfix(0)
        .template(256, &flow[..2])
        .set(256, &words(&[40_000, 50_000]))
        .options_template(257, 1, &[(149, 4), (160, 8)])
        .set(257, &words(&[0, high, low]));
    assert_eq!(times(&in_options), expected);
    let nowhere = Message::ipfix(0)
        .template(256, &flow[..2])
        .set(256, &words(&[40_000, 50_000]));
    assert_eq!(times(&nowhere), (None, None, Some("unknown_origin")));
}

#[test]
fn in_ipfix_uptimes_wrap_too() {
    let days = 50;
    let init = (u64::from(NOW) - days * 86_400) * 1_000;
    let wrapped = u32::try_from(days * 86_400_000 - (1 << 32)).unwrap();
    let [high, low] = [init >> 32, init & 0xffff_ffff].map(|n| u32::try_from(n).unwrap());
    for (first, last, start, end) in [
        (wrapped - 20_000, wrapped - 1_000, -20_000, -1_000),
        (wrapped - 1_000, wrapped + 500, -1_000, 500),
        (u32::MAX, wrapped, -i64::from(wrapped) - 1, 0),
    ] {
        let message = Message::ipfix(0)
            .template(256, &[(22, 4), (21, 4), (160, 8)])
            .set(256, &words(&[first, last, high, low]));
        assert_eq!(
            times(&message),
            (Some(start), Some(end), Some("system_init"))
        );
    }
}

#[test]
fn absolute_times_of_every_unit_are_read() {
    let ntp = NOW + 2_208_988_800;
    let half = 1 << 31;
    let millis = (u64::from(NOW) * 1_000 + 500).to_be_bytes();
    let [a, b] = [&millis[..4], &millis[4..]].map(|w| u32::from_be_bytes(w.try_into().unwrap()));
    for (ids, length, values, start, rule) in [
        ([150, 151], 4, vec![NOW, NOW], 0, "seconds"),
        ([152, 153], 8, vec![a, b, a, b], 500, "milliseconds"),
        (
            [154, 155],
            8,
            vec![ntp, half, ntp, half],
            500,
            "microseconds",
        ),
        (
            [156, 157],
            8,
            vec![ntp, half, ntp, half],
            500,
            "nanoseconds",
        ),
        (
            [158, 159],
            4,
            vec![2_000_000, 2_000_000],
            -2_000,
            "delta_microseconds",
        ),
        ([323, 10], 8, vec![a, b, a, b], 500, "observation"),
    ] {
        let fields = ids.map(|id| (id, length));
        let message = Message::ipfix(0)
            .template(256, &fields)
            .set(256, &words(&values));
        assert_eq!(times(&message), (Some(start), Some(start), Some(rule)));
    }
}

#[test]
fn a_duration_fills_the_missing_end_or_start() {
    for (id, start, end) in [(150, 0, 250), (151, -250, 0)] {
        for (duration, count) in [(161, 250), (162, 250_000)] {
            let message = Message::ipfix(0)
                .template(256, &[(id, 4), (duration, 4)])
                .set(256, &words(&[NOW, count]));
            assert_eq!(times(&message), (Some(start), Some(end), Some("seconds")));
        }
    }
}

#[test]
fn zero_is_no_time_in_any_element_of_absolute_times() {
    let elements = [[150, 151], [152, 153], [154, 155], [156, 157]];
    let observations = [322, 323, 324, 325].map(|id| [id, 10]);
    for ids in elements.into_iter().chain(observations) {
        for length in [4, 8] {
            for ipfix in [true, false] {
                let message = if ipfix {
                    Message::ipfix(0)
                } else {
                    Message::v9(0)
                };
                let message = message
                    .template(256, &ids.map(|id| (id, length)))
                    .set(256, &vec![0; 2 * usize::from(length)]);
                assert_eq!(times(&message), (None, None, Some("zero")), "{ids:?}");
                assert_eq!(duration(&message), None);
            }
        }
    }
    // A duration beside it fills what is missing.
    let message = Message::ipfix(0)
        .template(256, &[(150, 4), (151, 4), (161, 4)])
        .set(256, &words(&[NOW, 0, 250]));
    assert_eq!(times(&message), (Some(0), Some(250), Some("seconds")));
}

#[test]
fn a_record_without_times_says_so() {
    let message = Message::v9(0)
        .template(256, &[(7, 2), (11, 2)])
        .set(256, &[0, 1, 0, 2]);
    assert_eq!(times(&message), (None, None, Some("not_sent")));
    // Of one that has an end alone, it is the reason of the end.
    let message = Message::v9(0).template(256, &[(153, 8)]).set(256, &[0; 8]);
    assert_eq!(times(&message), (None, None, Some("zero")));
}

#[test]
fn a_time_of_an_impossible_length_is_unreadable_not_missing() {
    // RFC 7011, sections 6.1.7 to 6.1.10; at most 8 octets of an uptime.
    for message in [Message::v9(0), Message::ipfix(0)] {
        for (element, length) in [
            (150, 16),
            (152, 16),
            (152, 9),
            (156, 16),
            (156, 9),
            (22, 16),
            (322, 16),
            (154, 12),
        ] {
            let message = message.clone().template(256, &[(element, length), (4, 1)]);
            let message = message.set(256, &vec![1; usize::from(length) + 1]);
            assert_eq!(
                times(&message),
                (None, None, Some("unreadable")),
                "{element} {length}"
            );
        }
        // A zero-length field holds nothing.
        let message = message.template(256, &[(152, 0), (4, 1)]).set(256, &[1]);
        assert_eq!(times(&message), (None, None, Some("not_sent")));
    }
}

/// Sets the time of the header of a message of v9, which is a word of it.
fn sent_at(message: &Message, seconds: u32) -> Vec<u8> {
    let mut payload = message.octets();
    payload[8..12].copy_from_slice(&seconds.to_be_bytes());
    payload
}

fn duration(message: &Message) -> Option<i64> {
    duration_of(&message.octets())
}

fn duration_of(payload: &[u8]) -> Option<i64> {
    let mut decoder = decoder();
    let decoded = decoder.decode(datagram(payload)).unwrap();
    let flow = decoded.flows().last().unwrap();
    flow.duration().map(|nanos| nanos / MS)
}

#[test]
fn a_header_of_time_zero_leaves_durations_only() {
    let payload = sent_at(&uptimes(60_000, 40_000, 59_000), 0);
    // A header and a record of v5: uptimes of 40 and 59 seconds.
    let mut v5 = words(&[0x0005_0001, 60_000, 0, 0, 0, 0]);
    v5.extend([0; 48]);
    v5[24 + 24..24 + 32].copy_from_slice(&words(&[40_000, 59_000]));
    for payload in [payload, v5] {
        let mut decoder = decoder();
        let decoded = decoder.decode(datagram(&payload)).unwrap();
        let flow = decoded.flows().last().unwrap();
        assert_eq!((flow.start(), flow.end()), (None, None));
        assert_eq!(flow.clock(), Some("unknown_origin"));
        assert_eq!(flow.clock_suspect(), None);
        assert_eq!(flow.duration(), Some(19_000 * MS));
        let set = decoded.sets().last().unwrap();
        assert!(matches!(set.column(FlowField::Start), FlowColumn::Each));
    }
    let deltas = Message::v9(0)
        .template(256, &[(158, 4), (159, 4)])
        .set(256, &words(&[3_000_000, 1_000_000]));
    assert_eq!(duration_of(&sent_at(&deltas, 0)), Some(2_000));
    // Absolute times need no header: they are compared with the time of arrival.
    let absolute = Message::v9(0)
        .template(256, &[(150, 4), (151, 4)])
        .set(256, &words(&[NOW - 5, NOW - 1]));
    assert_eq!(duration_of(&sent_at(&absolute, 0)), Some(4_000));
}

#[test]
fn durations_between_uptimes_of_unknown_origin_wrap() {
    for (first, last, expected) in [
        (40_000, 59_000, 19_000),
        (u32::MAX - 999, 5_000, 6_000),
        // An end before its start, as some exporters send, is not 49.7 days after it.
        (5_000, 4_000, -1_000),
    ] {
        let message = Message::ipfix(0)
            .template(256, &[(22, 4), (21, 4)])
            .set(256, &words(&[first, last]));
        assert_eq!(duration(&message), Some(expected));
    }
}

#[test]
fn a_start_of_the_exporter_of_zero_hides_no_other() {
    let init = (u64::from(NOW) - 100) * 1_000;
    let [high, low] = [init >> 32, init & 0xffff_ffff].map(|n| u32::try_from(n).unwrap());
    let message = Message::ipfix(0)
        .options_template(257, 1, &[(149, 4), (160, 8)])
        .set(257, &words(&[0, high, low]))
        .set(257, &words(&[0, 0, 0]))
        .template(256, &[(22, 4), (21, 4), (160, 8)])
        .set(256, &words(&[40_000, 50_000, 0, 0]));
    let expected = (Some(-60_000), Some(-50_000), Some("system_init"));
    assert_eq!(times(&message), expected);
}

#[test]
fn two_words_of_64_bits_are_seconds_and_microseconds() {
    let fields = [(154, 16), (155, 16)];
    let rule = Some("seconds_and_microseconds");
    let message = |values: [u32; 8]| {
        Message::ipfix(0)
            .template(256, &fields)
            .set(256, &words(&values))
    };
    let both = message([0, NOW, 0, 70_000, 0, NOW + 1, 0, 250_000]);
    assert_eq!(times(&both), (Some(70), Some(1_250), rule));
    let only_start = message([0, NOW, 0, 70_000, 0, 0, 0, 0]);
    assert_eq!(times(&only_start), (Some(70), None, rule));
    // No microseconds.
    let unreadable = message([0, NOW, 0, 1_000_000, u32::MAX, 0, 0, 0]);
    assert_eq!(times(&unreadable), (None, None, Some("unreadable")));
    // An element of a length that RFC 7011 allows is better.
    let beside = Message::ipfix(0)
        .template(256, &[(154, 16), (152, 8)])
        .set(256, &words(&[0, NOW, 0, 70_000, 0, NOW - 9]));
    assert_eq!(times(&beside).2, Some("other_unit"));
    let odd = Message::ipfix(0)
        .template(256, &[(154, 12)])
        .set(256, &[1; 12]);
    assert_eq!(times(&odd), (None, None, Some("unreadable")));
}

#[test]
fn a_count_of_microseconds_after_ntp_seconds_is_detected() {
    let ntp = NOW + 2_208_988_800;
    let message = Message::ipfix(0)
        .template(256, &[(154, 8), (155, 8)])
        .set(256, &words(&[ntp, 250_000, ntp, 750_000]));
    assert_eq!(
        times(&message),
        (Some(250), Some(750), Some("microsecond_count"))
    );
    // One small fraction may be chance.
    let message = Message::ipfix(0)
        .template(256, &[(154, 8), (155, 8)])
        .set(256, &words(&[ntp, 250_000, ntp, 1 << 31]));
    assert_eq!(times(&message), (Some(0), Some(500), Some("microseconds")));
}

#[test]
fn a_count_of_microseconds_since_1970_is_found_out() {
    let micros = u64::from(NOW) * 1_000_000 + 500_000;
    let [high, low] = [micros >> 32, micros & 0xffff_ffff].map(|n| u32::try_from(n).unwrap());
    for id in [154, 156] {
        let message = Message::ipfix(0)
            .template(256, &[(id, 8)])
            .set(256, &words(&[high, low]));
        assert_eq!(
            times(&message),
            (Some(500), None, Some("microsecond_count"))
        );
    }
}

#[test]
fn impossible_clocks_are_flagged_and_returned_all_the_same() {
    let suspect = |fields: &[(u16, u16)], values: &[u32]| {
        let payload = Message::ipfix(0)
            .template(256, fields)
            .set(256, &words(values))
            .octets();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&payload)).unwrap();
        let flow = message.flows().next().unwrap();
        (flow.start().is_some(), flow.clock_suspect())
    };
    let both = [(150, 4), (151, 4)];
    assert_eq!(suspect(&both, &[NOW - 9, NOW]), (true, Some(false)));
    assert_eq!(suspect(&both, &[NOW, NOW - 9]), (true, Some(true)));
    assert_eq!(suspect(&both, &[NOW, NOW + 9_999]), (true, Some(true)));
    let year = 365 * 86_400;
    assert_eq!(suspect(&both, &[NOW - year, NOW]), (true, Some(false)));
    assert_eq!(suspect(&both, &[NOW - year - 1, NOW]), (true, Some(true)));
    // Zeros where a time belongs are none.
    assert_eq!(suspect(&both, &[0, NOW]), (false, Some(false)));
    assert_eq!(suspect(&both, &[0, 0]), (false, None));
    assert_eq!(suspect(&[(7, 4)], &[1]), (false, None));
    // Uptimes of a header that has none: they seem to be from before a wrap.
    let suspect = |now: u32, first: u32, last: u32| {
        let message = Message::v9_at(0, now).template(256, &[(22, 4), (21, 4)]);
        let payload = message.set(256, &words(&[first, last])).octets();
        let mut decoder = decoder();
        let message = decoder.decode(datagram(&payload)).unwrap();
        message.flows().next().unwrap().clock_suspect()
    };
    const DAY: u32 = 86_400_000;
    assert_eq!(suspect(0, 360_000_000, 360_059_000), Some(true));
    assert_eq!(suspect(360_000, 359_900_000, 359_990_000), Some(true));
    // It may have begun long ago, but not have ended so.
    assert_eq!(suspect(9 * DAY, DAY, 9 * DAY - 1_000), Some(false));
    assert_eq!(suspect(9 * DAY, DAY, 8 * DAY), Some(false));
    // Caches that last for days (Cisco's permanent ones) send what ended long ago.
    assert_eq!(suspect(9 * DAY, DAY, 8 * DAY - 1), Some(false));
    // An hour after a wrap.
    const HOUR: u32 = DAY / 24;
    let ended = |ago: u32| suspect(HOUR, 0_u32.wrapping_sub(9 * DAY), HOUR.wrapping_sub(ago));
    assert_eq!(ended(23 * HOUR), Some(false));
    assert_eq!(ended(25 * HOUR), Some(true));
    // Of its end nothing is known.
    let message = Message::v9_at(0, 9 * DAY).template(256, &[(22, 4)]);
    let payload = message.set(256, &words(&[DAY])).octets();
    let mut decoder = decoder();
    let message = decoder.decode(datagram(&payload)).unwrap();
    let flow = message.flows().next().unwrap();
    assert_eq!((flow.end(), flow.clock_suspect()), (None, Some(false)));
}

#[test]
fn a_time_in_another_unit_than_its_element_has_is_found_out() {
    let other = |message: Message| times(&message);
    let seconds_in_milliseconds = Message::ipfix(0)
        .template(256, &[(152, 8), (153, 8)])
        .set(256, &words(&[0, NOW - 2, 0, NOW - 1]));
    let expected = (Some(-2_000), Some(-1_000), Some("other_unit"));
    assert_eq!(other(seconds_in_milliseconds), expected);
    let uptime_in_seconds = Message::v9_at(0, 60_000)
        .template(256, &[(150, 4), (151, 4)])
        .set(256, &words(&[58_000, 59_000]));
    assert_eq!(other(uptime_in_seconds), expected);
    // Nothing fits: the time is returned as it was sent.
    let nonsense = Message::ipfix(0)
        .template(256, &[(150, 4)])
        .set(256, &words(&[77]));
    let (start, _, rule) = other(nonsense);
    assert_eq!(start, Some((77 - i64::from(NOW)) * 1_000));
    assert_eq!(rule, Some("seconds"));
}

/// A column may leave a time to its flow; it may not report another.
#[test]
fn columns_have_the_times_of_their_flows() {
    const YEAR: i64 = 365 * 86_400;
    let mut compared = 0;
    for sent in [3, NOW, u32::MAX] {
        for (element, unit) in [(150, 1), (152, 1_000), (22, 1_000)] {
            // About the header's time, the borders of what is near it, and of 32 bits.
            let border = [
                0,
                -YEAR,
                YEAR,
                -i64::from(sent),
                0xffff_ffff - i64::from(sent),
            ];
            let near = [-1, 0, 1]
                .map(|apart| border.map(|border| (border + i64::from(sent)) * unit + apart));
            let numbers = near
                .as_flattened()
                .iter()
                .map(|number| u64::from_ne_bytes(number.to_ne_bytes()));
            for number in numbers.chain([0, 40_000, u64::MAX]) {
                let message = Message::v9(0)
                    .template(256, &[(element, 8)])
                    .set(256, &number.to_be_bytes());
                let mut payload = message.octets();
                payload[8..12].copy_from_slice(&sent.to_be_bytes());
                let mut decoder = decoder();
                let message = decoder.decode(datagram(&payload)).unwrap();
                let set = message.sets().last().unwrap();
                let FlowColumn::Time(plan) = set.column(FlowField::Start) else {
                    panic!("{element} has no plan");
                };
                let start = set.flows().next().unwrap().start();
                let time = plan.time(number);
                assert!(
                    time.is_none() || time == start,
                    "{element}: {number} at {sent}"
                );
                compared += usize::from(time.is_some());
            }
        }
    }
    assert!(compared > 40, "{compared}");
}
