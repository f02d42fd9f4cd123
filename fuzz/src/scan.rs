//! Files as one stream of record batches.

use std::io::Cursor;

use netflow_arrow::{FlowBatchBuilder, FlowOptions};
use netflow_core::field::FlowField;
use netflow_io::Source;
use netflow_scan::{Faults, Scan};

/// Scans the octets as a file, two times in succession: the rows are the flows that a
/// decoder finds.
pub fn run(octets: &[u8]) {
    let open = |octets: &[u8]| {
        let reader = Cursor::new(octets.to_vec());
        Source::from_reader_with(reader, "fuzz", crate::options())
    };
    let mut decoder = crate::decoder();
    let (mut flows, mut whole) = (0, true);
    for _ in 0..2 {
        let Ok(mut source) = open(octets) else { return };
        while let Some(packet) = source.next() {
            let Ok(packet) = packet else {
                whole = false;
                break;
            };
            if packet.begins_session {
                decoder.end_session(packet.datagram.exporter);
            }
            if let Ok(message) = decoder.decode(packet.datagram) {
                flows += message.flows().count();
            }
        }
    }
    // Few columns: the target `arrow` looks at all, and a compressed file may be long.
    let mut options = FlowOptions::new(vec![FlowField::Start, FlowField::Octets, FlowField::Vlan]);
    options.rows = 100;
    let builder = FlowBatchBuilder::new(options);
    let (mut files, again) = (0, octets.to_vec());
    let opener = move || {
        files += 1;
        (files <= 2).then(|| {
            let reader = Cursor::new(again.clone());
            Source::from_reader_with(reader, "fuzz", crate::options())
        })
    };
    let mut scan = Scan::new(
        crate::decoder(),
        builder,
        Box::new(opener),
        Faults::PassOver,
    );
    let mut rows = 0;
    for batch in &mut scan {
        let batch = batch.unwrap();
        assert!((1..=100).contains(&batch.num_rows()));
        rows += batch.num_rows();
    }
    assert_eq!(rows, flows);
    assert_eq!(scan.progress().files, 2);
    assert_eq!(scan.progress().faults.is_empty(), whole);
    assert!(scan.next().is_none());
}
