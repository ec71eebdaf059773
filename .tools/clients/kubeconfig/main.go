// Command kubeconfig reads and writes a kubeconfig with the package that kubectl does it with: "kubeconfig view FILE"
// prints the users as JSON, and "kubeconfig edit FILE CONTEXT USER" makes USER that of CONTEXT and adds a user called
// third, which rewrites the whole file in kubectl's own way.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kubeconfig:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "view":
		return view(args[1], stdout)
	case len(args) == 4 && args[0] == "edit":
		return edit(args[1], args[2], args[3])
	}
	return fmt.Errorf("want view FILE or edit FILE CONTEXT USER, not %q", args)
}

// user is one of the file's, with the command that gives its token.
type user struct {
	Command string
	Args    []string
}

func view(path string, stdout io.Writer) error {
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		return err
	}
	users := map[string]user{}
	for name, info := range config.AuthInfos {
		users[name] = user{}
		if info.Exec != nil {
			users[name] = user{info.Exec.Command, info.Exec.Args}
		}
	}
	return json.NewEncoder(stdout).Encode(users)
}

func edit(path, name, user string) error {
	config, err := clientcmd.LoadFromFile(path)
	if err != nil {
		return err
	}
	context, ok := config.Contexts[name]
	if !ok {
		return fmt.Errorf("there is no context %q", name)
	}
	context.AuthInfo = user
	config.AuthInfos["third"] = &api.AuthInfo{Token: "x"}
	return clientcmd.WriteToFile(*config, path)
}
