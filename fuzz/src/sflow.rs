//! One sFlow datagram after a correct header.

use netflow_core::encode::sflow::{DatagramBuilder, DatagramHeader, SampleBuilder, Xdr};
use netflow_core::wire::sflow::Datagram;

/// Decodes the octets as samples; then each that is whole is written and read again.
pub fn run(octets: &[u8]) {
    let agent_address = Some([192, 0, 2, 1].into());
    let header = DatagramHeader::default().with_agent_address(agent_address);
    let mut payload = DatagramBuilder::new(&header).finish();
    let Some(count) = payload.last_mut() else {
        return;
    };
    *count = octets.first().copied().unwrap_or(0);
    payload.extend(octets.get(1..).unwrap_or_default());
    crate::read(&mut crate::decoder(), crate::datagram(&payload));

    let datagram = Datagram::parse(&payload).unwrap();
    let mut faults = 0;
    let counts = datagram.verify(|_, _| faults += 1);
    if faults > 0 {
        return;
    }
    let mut again = DatagramBuilder::new(&DatagramHeader::from(&datagram));
    for sample in datagram.samples() {
        let sample = sample.unwrap();
        let kind = sample.kind().unwrap();
        let made = SampleBuilder::of(&kind).unwrap();
        let mut made = made.expect("a fault was reported of other kinds");
        for record in kind.records() {
            let record = record.unwrap();
            made.record(record.format(), Xdr::members(record.members()));
        }
        again.sample(&made).unwrap();
    }
    let octets = again.finish();
    let same = Datagram::parse(&octets).unwrap();
    let found = same.verify(|error, _| panic!("{error}"));
    let (records, flows) = (found.counter_records, found.flow_records);
    assert_eq!(
        (records, flows),
        (counts.counter_records, counts.flow_records)
    );
}
