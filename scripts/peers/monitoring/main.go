// Reads YAML documents from standard input, and decodes resources of the Prometheus operator with its types. Unknown fields are errors.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	for _, document := range strings.Split(string(input), "\n---\n") {
		var kind struct{ Kind string }
		if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
			fail(err)
		}
		targets := map[string]any{"ServiceMonitor": &monitoring.ServiceMonitor{}, "PrometheusRule": &monitoring.PrometheusRule{}}
		target, known := targets[kind.Kind]
		if !known {
			fail(fmt.Errorf("%q is not a known kind", kind.Kind))
		}
		if err := yaml.UnmarshalStrict([]byte(document), target); err != nil {
			fail(fmt.Errorf("%s: %w", kind.Kind, err))
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
