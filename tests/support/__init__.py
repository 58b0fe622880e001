"""The test bed in Python: real programs in network namespaces around one switch.

Read in this order:
  undo        a stack of undo steps that no signal skips
  namespace   network namespaces, veth pairs, sockets inside a namespace
  process     a program with its own process group and log
  switch      vipswitch itself: configuration, shell over pipes, conservation
  testbed     VMs, provider router and internet client around a switch
  keepalived  Debian's keepalived in a VM: configure, start, stop, crash
  capture     frames of an interface with kernel time stamps
  traffic     one probe a millisecond, and who answered it
  failover    a pair of keepalived VMs behind an EIP, its three failovers, measured
  cloud       the VPCs and VMs of the smoke tests
  eip_cloud   EIPs of both families, bound to a port and to a HAVIP of keepalived
  transfer    pings, bulk TCP and UDP between namespaces
  programs    iperf3 and DNS between namespaces
  checks      statements about traffic in one line
  pytest_bed  fixtures and hooks that smoke and e2e share

Standard library only (and pytest in pytest_bed); needs root, iproute2, ethtool and util-linux.
"""
