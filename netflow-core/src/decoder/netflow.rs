//! Messages: their headers, and what follows them by protocol.

use alloc::sync::Arc;

use super::{Content, Decoder, SetSlot, Stats};
use crate::datagram::{Datagram, Protocol};
use crate::error::{Error, ErrorKind};
use crate::header::FixedHeader;
use crate::wire::set::Dialect;
use crate::wire::{ipfix, sflow, v9};

impl Decoder {
    /// Reads an IPFIX message. A length that runs past the datagram is a
    /// problem, and cut to what is there (RFC 7011, section 3.1).
    pub(super) fn ipfix(&mut self, datagram: &Datagram<'_>, offset: usize) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let (wire, _) = ipfix::Header::parse(octets, offset)?;
        let length = wire.length();
        let (wanted, left) = (usize::from(length), octets.len());
        if wanted < ipfix::Header::LEN {
            return Err(Error::new(ErrorKind::MessageTooShort { length }, offset));
        }
        self.begin(datagram, Protocol::Ipfix, offset, |header| {
            header.set_ipfix(wire);
        });
        if wanted > left {
            let error = Error::new(ErrorKind::MessageTooLong { length, left }, offset);
            self.problem(error, None, 0);
        }
        Ok(self.sets(datagram, offset, wanted.min(left), Dialect::IPFIX))
    }

    /// Reads a v9 message, which takes all octets that are left: no length is
    /// in its header, and its count decides nothing, since exporters count
    /// sets, or too little.
    pub(super) fn netflow_v9(
        &mut self,
        datagram: &Datagram<'_>,
        offset: usize,
    ) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let (wire, _) = v9::Header::parse(octets, offset)?;
        self.begin(datagram, Protocol::NetflowV9, offset, |header| {
            header.set_v9(wire);
        });
        Ok(self.sets(datagram, offset, octets.len(), Dialect::NETFLOW_V9))
    }

    /// Reads a message of v1 or v5 to v8 by its built-in template.
    pub(super) fn netflow(
        &mut self,
        protocol: Protocol,
        datagram: &Datagram<'_>,
        offset: usize,
    ) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let fixed = FixedHeader::parse(protocol, octets, offset)?;
        self.begin(datagram, protocol, offset, |header| fixed.fill(header));
        let start = offset.saturating_add(fixed.len);
        let left = octets.len().saturating_sub(fixed.len);
        let Some(template) = self.builtins.get(fixed.version, fixed.scheme) else {
            let scheme = fixed.scheme;
            let error = Error::new(ErrorKind::UnknownScheme { scheme }, offset);
            self.problem(error, None, left);
            return Ok(datagram.payload.len());
        };
        let template = Arc::clone(template);
        let first = self.scratch.slots.len();
        let record_len = template.min_record_len();
        let fit = left.checked_div(record_len).unwrap_or(0);
        let count = fit.min(usize::from(fixed.count));
        let body_len = count.saturating_mul(record_len);
        let mut end = start.saturating_add(body_len);
        if fit < usize::from(fixed.count) {
            let kind = ErrorKind::RecordCount {
                count: fixed.count,
                fit,
            };
            // What is left is a record that is cut.
            let cut = left.saturating_sub(body_len);
            self.problem(Error::new(kind, offset), None, cut);
            end = end.saturating_add(cut);
        }
        Stats::add(&mut self.stats.records, count);
        self.scratch.slots.push(SetSlot::without_set(
            self.scratch.current,
            Content::Records(Arc::clone(&template)),
            start..start.saturating_add(body_len),
            count,
        ));
        if let Some(session) = self.enter(datagram) {
            self.account(session, first, datagram.payload);
            let body = octets.get(fixed.len..).unwrap_or_default();
            self.observe(
                session,
                &template,
                body.get(..body_len).unwrap_or_default(),
                count,
            );
        }
        Ok(end)
    }

    /// Reads an sFlow datagram.
    pub(super) fn sflow(&mut self, datagram: &Datagram<'_>, offset: usize) -> Result<usize, Error> {
        let octets = datagram.payload.get(offset..).unwrap_or_default();
        let at_offset = |error: Error| Error::new(error.kind, error.offset.saturating_add(offset));
        let wire = sflow::Datagram::parse(octets).map_err(at_offset)?;
        self.begin(datagram, Protocol::SflowV5, offset, |header| {
            header.set_sflow(&wire);
        });
        let Some(session) = self.enter(datagram) else {
            return Ok(datagram.payload.len());
        };
        // Only its number counts: the samples need what that says.
        let first = self.scratch.slots.len();
        self.account(session, first, datagram.payload);
        let counts = self.walk_samples(session, &wire, offset);
        let end = offset.saturating_add(counts.end);
        let samples = [
            (&mut self.stats.flow_samples, counts.flow_samples),
            (&mut self.stats.counters_samples, counts.counters_samples),
            (&mut self.stats.discarded_packets, counts.discarded_packets),
        ];
        for (counter, count) in samples {
            *counter = counter.wrapping_add(u64::from(count));
        }
        Ok(end)
    }
}
