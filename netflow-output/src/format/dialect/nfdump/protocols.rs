//! What nfdump calls IP protocols in lines for people.

/// The name of an IP protocol, or its number if it has none, to the left of five columns between two blanks.
pub(super) fn name(protocol: u8) -> [u8; 7] {
    COLUMNS[usize::from(protocol)]
}

static COLUMNS: [[u8; 7]; 256] = {
    let mut columns = [[b' '; 7]; 256];
    let mut protocol = 0;
    while protocol < columns.len() {
        let column = &mut columns[protocol];
        let name = if protocol < NAMES.len() {
            NAMES[protocol].as_bytes()
        } else {
            b""
        };
        let mut place = 0;
        while place < name.len() {
            column[place + 1] = name[place];
            place += 1;
        }
        if name.is_empty() {
            let digits = digits(protocol);
            while place < digits.len() {
                column[place + 1] = digits[place];
                place += 1;
            }
        }
        protocol += 1;
    }
    columns
};

/// The digits of a number below 1,000, and blanks after them.
const fn digits(number: usize) -> [u8; 3] {
    let [hundreds, tens, ones] = [number / 100, number / 10 % 10, number % 10];
    let [hundreds, tens, ones] = [b'0' + hundreds as u8, b'0' + tens as u8, b'0' + ones as u8];
    match number {
        0..10 => [ones, b' ', b' '],
        10..100 => [tens, ones, b' '],
        _ => [hundreds, tens, ones],
    }
}

/// The names that nfdump 1.7.1 prints, from protocol 0; its keywords have at most five letters.
#[rustfmt::skip]
const NAMES: [&str; 138] = [
    "", "ICMP", "IGMP", "GGP", "IPIP", "ST", "TCP", "CBT", "EGP", "IGP", "BBN", "NVPII", "PUP",
    "ARGUS", "ENCOM", "XNET", "CHAOS", "UDP", "MUX", "DCN", "HMP", "PRM", "XNS", "Trnk1", "Trnk2",
    "Leaf1", "Leaf2", "RDP", "IRTP", "ISO-4", "NETBK", "MFESP", "MEINP", "DCCP", "3PC", "IDPR",
    "XTP", "DDP", "IDPR", "TP++", "IL", "IPv6", "SDRP", "Rte6", "Frag6", "IDRP", "RSVP", "GRE",
    "MHRP", "BNA", "ESP", "AH", "INLSP", "SWIPE", "NARP", "MOBIL", "TLSP", "SKIP", "ICMP6",
    "NOHE6", "OPTS6", "HOST", "CFTP", "NET", "SATNT", "KLAN", "RVD", "IPPC", "FS", "SATM", "VISA",
    "IPCV", "CPNX", "CPHB", "WSN", "PVP", "BSATM", "SUNND", "WBMON", "WBEXP", "ISOIP", "VMTP",
    "SVMTP", "VINES", "TTP", "NSIGP", "DGP", "TCF", "EIGRP", "OSPF", "S-RPC", "LARP", "MTP",
    "AX.25", "OS", "MICP", "SCCSP", "ETHIP", "ENCAP", "", "GMTP", "IFMP", "PNNI", "PIM", "ARIS",
    "SCPS", "QNX", "A/N", "IPcmp", "SNP", "CpqPP", "IPXIP", "VRRP", "PGM", "0hop", "L2TP", "DDX",
    "IATP", "STP", "SRP", "UTI", "SMP", "SM", "PTP", "ISIS4", "FIRE", "CRTP", "CRUDP", "", "IPLT",
    "SPS", "PIPE", "SCTP", "FC", "", "MHEAD", "UDP-L", "MPLS",
];
