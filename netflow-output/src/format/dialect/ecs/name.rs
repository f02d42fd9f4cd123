//! Names of elements in snake case, as Elastic writes them.

/// `octetDeltaCount` is `octet_delta_count`, `postNATSourceIPv4Address` is
/// `post_nat_source_ipv4_address`.
///
/// A name with an underscore is only written in lower case. Else a word begins at an upper-case
/// letter after a lower-case one or a digit, and at the last of several upper-case letters before a lower-case
/// one, but for `IPv4`, `IPv6` and the like.
pub(in crate::format::dialect) fn snake_case(name: &str) -> String {
    if name.contains('_') {
        return name.to_lowercase();
    }
    if name == "VRFname" {
        return "vrf_name".to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let is_upper = |index: usize| {
        letters
            .get(index)
            .is_some_and(|letter| letter.is_uppercase())
    };
    let mut out = String::with_capacity(name.len() + 8);
    let mut run = 0;
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_uppercase() {
            // The last of more than two capitals begins the next word.
            if run > 2 && letter.is_lowercase() {
                if let Some(last) = out.pop() {
                    out.push('_');
                    out.push(last);
                }
            }
            run = 0;
            out.push(*letter);
            continue;
        }
        if run == 0 && index > 0 && !is_upper(index - 1) && !out.ends_with('_') {
            out.push('_');
        }
        run += 1;
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_are_written_as_elastic_writes_them() {
        let cases = [
            ("octetDeltaCount", "octet_delta_count"),
            ("postNATSourceIPv4Address", "post_nat_source_ipv4_address"),
            (
                "selectorIDTotalFlowsObserved",
                "selector_id_total_flows_observed",
            ),
            ("flowStartSysUpTime", "flow_start_sys_up_time"),
            ("VRFname", "vrf_name"),
            ("conntrack_ID", "conntrack_id"),
            ("staIPv4Address", "sta_ipv4_address"),
            (
                "netscalerHttpReqXForwardedFor",
                "netscaler_http_req_xforwarded_for",
            ),
            ("netscalerHttpResForwFB", "netscaler_http_res_forw_fb"),
            ("netscalerUnknown330", "netscaler_unknown330"),
            ("viptelaVPNId", "viptela_vpn_id"),
            ("wlanSSID", "wlan_ssid"),
            ("initialTCPFlags", "initial_tcp_flags"),
            ("reverseIpClassOfService", "reverse_ip_class_of_service"),
            ("Timestamp", "timestamp"),
        ];
        for (name, expected) in cases {
            assert_eq!(snake_case(name), expected);
        }
    }
}
