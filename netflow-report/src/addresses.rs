//! What is known of addresses and ports.

use core::fmt::Debug;
use core::net::IpAddr;

/// What databases and the operator of a network know of addresses; the report depends on no format of them.
///
/// ```
/// use std::net::IpAddr;
/// use std::sync::Arc;
///
/// use netflow_report::{Addresses, ReportOptions};
///
/// #[derive(Debug)]
/// struct Campus;
///
/// impl Addresses for Campus {
///     fn is_internal(&self, address: IpAddr) -> bool {
///         matches!(address, IpAddr::V4(address) if address.is_private())
///     }
///     fn internal(&self) -> String {
///         "private addresses".to_owned()
///     }
///     fn service(&self, protocol: u8, port: u16) -> Option<String> {
///         (protocol == 17 && port == 53).then(|| "dns".to_owned())
///     }
///     // There is no database.
/// #   fn has_countries(&self) -> bool { false }
/// #   fn has_systems(&self) -> bool { false }
/// #   fn country(&self, _: IpAddr) -> Option<String> { None }
/// #   fn system(&self, _: IpAddr) -> Option<String> { None }
/// }
///
/// let mut options = ReportOptions::new("capture.pcap");
/// options.addresses = Some(Arc::new(Campus));
/// ```
pub trait Addresses: Debug + Send + Sync {
    /// Whether the country of addresses can be known: the report then has a map.
    fn has_countries(&self) -> bool;

    /// Whether the autonomous system of addresses can be known.
    fn has_systems(&self) -> bool;

    /// The two letters of the country that an address is in (ISO 3166-1).
    fn country(&self, address: IpAddr) -> Option<String>;

    /// The autonomous system that announces an address: its number and who runs it, such as
    /// `AS64500 Example`.
    fn system(&self, address: IpAddr) -> Option<String>;

    /// Whether an address is internal to the network.
    fn is_internal(&self, address: IpAddr) -> bool;

    /// What is internal, in words.
    fn internal(&self) -> String;

    /// The name of the service at a port of a protocol (by its IANA number).
    fn service(&self, protocol: u8, port: u16) -> Option<String>;
}
