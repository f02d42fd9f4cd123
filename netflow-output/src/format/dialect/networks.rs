//! Which addresses are internal: the sets that Elastic has names for, and subnets.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use core::str::FromStr;

use netflow_core::Prefix;

/// The internal networks of a site: named sets and subnets.
///
/// ```
/// use netflow_output::format::dialect::Networks;
///
/// let networks: Networks = "private,203.0.113.0/24".parse()?;
/// assert!(networks.contains("10.1.2.3".parse().unwrap()));
/// assert!(!networks.contains("198.51.100.1".parse().unwrap()));
/// assert_eq!(networks.to_string(), "private, 203.0.113.0/24");
/// assert!("privat".parse::<Networks>().is_err());
/// # Ok::<(), netflow_output::format::dialect::ParseNetworkError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Networks {
    networks: Vec<Network>,
    /// Whether the IPv4 addresses that begin with this octet are internal, where all of them are or none is.
    by_first_octet: Box<[Option<bool>; 256]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Loopback,
    GlobalUnicast,
    LinkLocalUnicast,
    InterfaceLocalMulticast,
    LinkLocalMulticast,
    Multicast,
    Unspecified,
    Private,
    Public,
    Subnet(Prefix),
}

const NAMED: [(&str, Network); 10] = [
    ("loopback", Network::Loopback),
    ("unicast", Network::GlobalUnicast),
    ("global_unicast", Network::GlobalUnicast),
    ("link_local_unicast", Network::LinkLocalUnicast),
    (
        "interface_local_multicast",
        Network::InterfaceLocalMulticast,
    ),
    ("link_local_multicast", Network::LinkLocalMulticast),
    ("multicast", Network::Multicast),
    ("unspecified", Network::Unspecified),
    ("private", Network::Private),
    ("public", Network::Public),
];

/// A network that is neither a known name nor a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseNetworkError(String);

impl fmt::Display for ParseNetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a network; expected a subnet or one of",
            self.0
        )?;
        for (name, _) in NAMED {
            write!(f, " {name}")?;
        }
        Ok(())
    }
}

impl core::error::Error for ParseNetworkError {}

/// The networks by their names, after commas.
impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, network) in self.networks.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match network {
                Network::Subnet(prefix) => write!(f, "{prefix}")?,
                named => {
                    let mut names = NAMED.iter();
                    let known = names.find(|(_, known)| known == named);
                    f.write_str(known.map_or("", |(name, _)| name))?;
                }
            }
        }
        Ok(())
    }
}

impl Default for Networks {
    /// The private ones (RFC 1918, RFC 4193).
    fn default() -> Self {
        Self::new(vec![Network::Private])
    }
}

/// Names and subnets, separated by commas.
impl FromStr for Networks {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = |part: &str| {
            let part = part.trim();
            if let Some((_, network)) = NAMED.iter().find(|(name, _)| *name == part) {
                return Ok(*network);
            }
            match part.parse() {
                Ok(prefix) => Ok(Network::Subnet(prefix)),
                Err(_) => Err(ParseNetworkError(part.to_owned())),
            }
        };
        text.split(',')
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self::new)
    }
}

impl Networks {
    fn new(networks: Vec<Network>) -> Self {
        let mut new = Self {
            networks,
            by_first_octet: Box::new([None; 256]),
        };
        for octet in 0..=u8::MAX {
            let first = Ipv4Addr::new(octet, 1, 1, 1);
            let is_alike = !HAS_SPECIAL_PARTS.contains(&octet)
                && new.networks.iter().all(|network| match network {
                    Network::Subnet(prefix) => {
                        let is_wide = prefix.length() <= 8;
                        is_wide || !Prefix::new(prefix.address(), 8).contains(first.into())
                    }
                    _ => true,
                });
            if is_alike {
                let is_internal = new.is_internal(first.into());
                new.by_first_octet[usize::from(octet)] = Some(is_internal);
            }
        }
        new
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// Whether an address is internal: in one of the networks, or one that no router forwards.
    pub(super) fn is_internal(&self, address: IpAddr) -> bool {
        if let IpAddr::V4(address) = address {
            let [first, ..] = address.octets();
            if let Some(is_internal) = self.by_first_octet[usize::from(first)] {
                return is_internal;
            }
        }
        self.contains(address) || is_local(address.to_canonical())
    }
}

/// First octets of which only some addresses are in a named set: 0.0.0.0, 169.254/16, 172.16/12, 192.168/16,
/// 224.0.0/24 and 255.255.255.255.
const HAS_SPECIAL_PARTS: [u8; 6] = [0, 169, 172, 192, 224, 255];

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.is_loopback(),
            Self::GlobalUnicast => {
                !address.is_multicast() && (!is_local(address) || is_private(address))
            }
            Self::LinkLocalUnicast => is_link_local(address),
            Self::InterfaceLocalMulticast => has_multicast_scope(address, 1),
            Self::LinkLocalMulticast => is_link_local_multicast(address),
            Self::Multicast => address.is_multicast(),
            Self::Unspecified => address.is_unspecified(),
            Self::Private => is_private(address),
            Self::Public => !is_private(address) && !is_local(address),
            Self::Subnet(prefix) => prefix.contains(address),
        }
    }
}

/// Loopback, unspecified, broadcast, or of one link.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || matches!(address, IpAddr::V4(address) if address.is_broadcast())
        || is_link_local(address)
        || is_link_local_multicast(address)
        || has_multicast_scope(address, 1)
}

/// RFC 1918, and the half of RFC 4193 that is in use.
const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.octets()[0] == 0xfd,
    }
}

const fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// 224.0.0.0/24, and ff02::/16 with any flags.
const fn is_link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => matches!(address.octets(), [224, 0, 0, _]),
        IpAddr::V6(_) => has_multicast_scope(address, 2),
    }
}

/// Multicast of this scope (RFC 4291, section 2.7).
const fn has_multicast_scope(address: IpAddr, scope: u8) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => {
            let [first, second, ..] = address.octets();
            first == 0xff && second & 0x0f == scope
        }
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::{Networks, is_local};

    #[test]
    fn what_is_known_of_a_first_octet_holds_for_all_its_addresses() {
        let sets = [
            "private",
            "public",
            "unicast",
            "multicast",
            "loopback",
            "10.1.0.0/16",
            "8.0.0.0/6,10.0.0.0/8",
            "198.51.100.0/24,2001:db8::/32",
            "0.0.0.0/0",
        ];
        for set in sets {
            let networks: Networks = set.parse().unwrap();
            let octets = [0, 1, 2, 15, 16, 31, 51, 100, 168, 254, 255];
            for first in 0..=u8::MAX {
                for second in octets {
                    for third in octets {
                        for last in octets {
                            let address = Ipv4Addr::new(first, second, third, last).into();
                            let expected = networks.contains(address) || is_local(address);
                            assert_eq!(networks.is_internal(address), expected, "{set} {address}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn each_named_set_holds_its_addresses_and_no_others() {
        let cases = [
            ("loopback", "127.0.0.1", "10.0.0.1"),
            ("global_unicast", "198.51.100.1", "224.0.0.1"),
            ("link_local_unicast", "fe80::1", "fd00::1"),
            ("interface_local_multicast", "ff01::1", "ff02::1"),
            ("link_local_multicast", "224.0.0.5", "224.0.1.5"),
            ("multicast", "239.1.1.1", "192.0.2.1"),
            ("unspecified", "::", "::1"),
            ("private", "172.31.0.1", "172.32.0.1"),
            ("private", "fd00::1", "fc00::1"),
            ("public", "8.8.8.8", "192.168.0.1"),
            ("2001:db8::/32", "2001:db8:1::", "2001:db9::"),
        ];
        for (name, inside, outside) in cases {
            let networks: Networks = name.parse().unwrap();
            assert!(
                networks.contains(inside.parse().unwrap()),
                "{name} {inside}"
            );
            assert!(
                !networks.contains(outside.parse().unwrap()),
                "{name} {outside}"
            );
        }
    }
}
