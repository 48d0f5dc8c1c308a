// A page of its own: the data stands beside the script, the numbers in the address.
mount(document, JSON.parse(document.getElementById("data").textContent), { address: true, page: true });
