//! Every capture, each datagram decoded by a decoder of its own that begins with the state
//! of the replay: the flows are those of one decoder.

use std::path::Path;

use netflow_arrow::{BatchBuilder as _, FlowBatchBuilder, FlowOptions};
use netflow_core::field::FlowField;
use netflow_core::{Decoder, Limits};
use netflow_scan::{IndexBatchBuilder, Replay};

fn decoder() -> Decoder {
    Decoder::new(Limits::new(1).with_template_lifetime(None))
}

/// Rows with and without a replay, and those that only the replay returned.
fn rows(path: &Path) -> (usize, usize, usize) {
    let options = || FlowOptions::new(vec![FlowField::Octets, FlowField::Late]);
    let (mut one, mut whole) = (decoder(), FlowBatchBuilder::new(options()));
    let (mut replay, mut divided) = (
        Replay::new(decoder(), options()),
        FlowBatchBuilder::new(options()),
    );
    let Ok(mut source) = netflow_io::open(path) else {
        return (0, 0, 0);
    };
    let mut file = 0;
    while let Some(Ok(packet)) = source.next() {
        let datagram = packet.datagram.with_frame(file, packet.datagram.frame);
        if packet.begins_session {
            one.end_session(datagram.exporter);
        }
        if let Ok(message) = one.decode(datagram) {
            whole.append(&message, |_| panic!("full")).unwrap();
        }
        let mut other = decoder();
        other.load(&replay.state()).unwrap();
        if packet.begins_session {
            other.end_session(datagram.exporter);
        }
        let mut alone = decoder();
        let mut index = IndexBatchBuilder::default();
        index.begin(&datagram, packet.begins_session);
        if let Ok(message) = other.decode(datagram) {
            divided.append(&message, |_| panic!("full")).unwrap();
        }
        if let Ok(message) = alone.decode(datagram) {
            index.append(&message, &mut |_| panic!("full")).unwrap();
        }
        let mut append = |batch| {
            let left_out = replay.append(&batch, file, file, |_| panic!("full"));
            assert!(!left_out.unwrap());
            Ok(())
        };
        index.finish(&mut append).unwrap();
        file += 1;
    }
    let late = replay.finish().unwrap().num_rows();
    let (whole, divided) = (whole.finish().unwrap(), divided.finish().unwrap());
    (whole.num_rows(), divided.num_rows() + late, late)
}

#[test]
fn files_apart_give_what_one_decoder_gives() {
    let mut late_rows = 0;
    for path in netflow_testdata::all_captures() {
        let (whole, divided, late) = rows(&path);
        assert_eq!(whole, divided, "{}", path.display());
        late_rows += late;
    }
    assert!(late_rows > 0);
}

#[test]
fn a_batch_of_something_else_is_no_index() {
    let mut flows = FlowBatchBuilder::new(FlowOptions::default());
    let batch = flows.finish().unwrap();
    let mut replay = Replay::new(decoder(), FlowOptions::default());
    let error = replay.append(&batch, 0, 0, |_| Ok(())).unwrap_err();
    assert!(
        error.to_string().contains("not an index of a file"),
        "{error}"
    );
}
