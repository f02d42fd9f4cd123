//! One thread that receives for all workers, where the kernel cannot distribute.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::mpsc::{
    Receiver as Queue, RecvTimeoutError, SyncSender, TrySendError, sync_channel,
};
use std::thread;

use netflow_core::{Datagram, Timestamp, Transport};

use super::counters::Counters;
use super::options::LiveOptions;
use super::receiver::Receiver;
use super::steer::worker_of;
use crate::arrivals::Arrival;

/// An arrival on its way to its worker.
#[derive(Debug)]
enum Passed {
    Datagram(OwnedDatagram),
    SessionEnded(SocketAddr),
}

#[derive(Debug)]
struct OwnedDatagram {
    exporter: SocketAddr,
    transport: Transport,
    received: Timestamp,
    payload: Box<[u8]>,
}

/// The end of a queue: the source of one worker.
#[derive(Debug)]
pub(super) struct QueueSource {
    queue: Queue<Passed>,
    /// What was returned last.
    last: Option<OwnedDatagram>,
    idle: Duration,
}

/// Starts a thread that receives and passes everything on to the worker of its exporter.
pub(super) fn distribute(
    receiver: Receiver,
    workers: usize,
    options: &LiveOptions,
) -> io::Result<(Vec<QueueSource>, Vec<Arc<Counters>>)> {
    let counters = Arc::new(Counters::default());
    let (mut senders, mut sources) = (Vec::new(), Vec::new());
    for _ in 0..workers {
        let (sender, queue) = sync_channel(options.queue.max(1));
        senders.push(sender);
        sources.push(QueueSource {
            queue,
            last: None,
            idle: options.idle,
        });
    }
    let drops = Arc::clone(&counters);
    thread::Builder::new()
        .name("receive".to_owned())
        .spawn(move || pass_on(receiver, &senders, &drops))?;
    Ok((sources, vec![counters]))
}

fn pass_on(mut receiver: Receiver, queues: &[SyncSender<Passed>], counters: &Counters) {
    // After an error the sources end.
    while let Some(Ok(arrival)) = receiver.next_arrival() {
        match arrival {
            Arrival::Datagram(datagram) => {
                let Some(queue) = queues.get(worker_of(datagram.exporter.ip(), queues.len()))
                else {
                    continue;
                };
                let passed = Passed::Datagram(OwnedDatagram::from(datagram));
                // A stream waits, and with it its exporter; a datagram is lost.
                let is_lost = match datagram.transport {
                    Transport::Udp => matches!(queue.try_send(passed), Err(TrySendError::Full(_))),
                    Transport::Stream | Transport::File => queue.send(passed).is_err(),
                };
                if is_lost {
                    counters.queue_drops.add(1);
                }
            }
            Arrival::SessionEnded(peer) => {
                if let Some(queue) = queues.get(worker_of(peer.ip(), queues.len())) {
                    let _ = queue.send(Passed::SessionEnded(peer));
                }
            }
            Arrival::Idle => {}
        }
    }
}

impl From<Datagram<'_>> for OwnedDatagram {
    fn from(datagram: Datagram<'_>) -> Self {
        Self {
            exporter: datagram.exporter,
            transport: datagram.transport,
            received: datagram.received,
            payload: datagram.payload.into(),
        }
    }
}

impl QueueSource {
    pub(super) const fn set_idle(&mut self, idle: Duration) {
        self.idle = idle;
    }

    pub(super) fn next_arrival(&mut self) -> Option<Arrival<'_>> {
        match self.queue.recv_timeout(self.idle) {
            Ok(Passed::Datagram(datagram)) => {
                let datagram = self.last.insert(datagram);
                Some(Arrival::Datagram(Datagram::new(
                    datagram.exporter,
                    datagram.transport,
                    datagram.received,
                    &datagram.payload,
                )))
            }
            Ok(Passed::SessionEnded(peer)) => Some(Arrival::SessionEnded(peer)),
            Err(RecvTimeoutError::Timeout) => Some(Arrival::Idle),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}
