package api

import "strings"

// Table tells the routes, each as "METHOD PATTERN DOORS".
func (s *Server) Table() []string {
	var all []string
	for _, methods := range s.routes {
		for _, r := range methods {
			var doors []string
			for _, d := range []struct {
				reach reach
				name  string
			}{{onSocket, "socket"}, {onPage, "page"}, {bare, "bare"}} {
				if r.reach&d.reach != 0 {
					doors = append(doors, d.name)
				}
			}
			all = append(all, r.method+" "+r.pattern+" "+strings.Join(doors, "+"))
		}
	}
	return all
}
