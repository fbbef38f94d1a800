// CoreDNS with the plugins that a node's cluster DNS needs, and nothing else: no cloud SDK, no recursion.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	// The order in which a request passes them.
	dnsserver.Directives = []string{"errors", "health", "ready", "cache", "hosts", "kubernetes"}
	coremain.Run()
}
