// Command kube asks a cluster for its version some times over, by way of client-go, as every program that is built on
// it does: kube KUBECONFIG TIMES. It exits 1 with the error of the first request that fails.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kube:", err)
		os.Exit(1)
	}
}

// run reads the kubeconfig's path and how often.
func run(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want KUBECONFIG TIMES, not %q", args)
	}
	times, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", args[0])
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	for range times {
		if err := ask(ctx, client, config.Host+"/version"); err != nil {
			return err
		}
	}
	return nil
}

func ask(ctx context.Context, client *http.Client, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody) //nolint:gosec // the test says where
	if err != nil {
		return err
	}
	response, err := client.Do(request) //nolint:gosec // the test says where
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	fmt.Println(response.StatusCode, string(body))
	return nil
}
